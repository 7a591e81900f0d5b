using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Json;

/// <summary>
/// Which fields of a resource a change is about: those that <c>update_mask</c> names, or without one those that the body has. A field that is named and not in the body is taken away; what is
/// in the body and not named stays as it was.
/// </summary>
public sealed class FieldMask
{
    /// <summary>All that can be changed.</summary>
    private const string All = "*";

    private readonly IReadOnlyList<string>? _named;

    private FieldMask(IReadOnlyList<string>? named) => _named = named;

    /// <summary>Reads a mask.</summary>
    /// <param name="mask">Names with commas between them, <c>*</c> for all, or null.</param>
    /// <param name="fields">What can be changed.</param>
    /// <exception cref="ApiException">It names something else.</exception>
    public static FieldMask Read(string? mask, IReadOnlyList<string> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        if (mask is null or All)
        {
            return new FieldMask(mask is null ? null : fields);
        }

        var named = mask.Split(',', StringSplitOptions.TrimEntries);
        return named.FirstOrDefault(name => !fields.Contains(name)) is { } wrong
            ? throw new ApiException(
                ErrorCode.InvalidRequest,
                $"Invalid value for 'update_mask': '{Excerpt.Of(wrong, 60)}' is no field that can be changed here. {(NearestName.Find(wrong, fields) is [var close] ? $"Did you mean '{close}'? " : "")}"
                + $"There are {string.Join(", ", fields.Select(f => $"'{f}'"))}; separate them by commas.",
                "update_mask")
            : new FieldMask(named);
    }

    /// <summary>A resource with a change in it.</summary>
    /// <param name="before">The resource.</param>
    /// <param name="type">Its type.</param>
    /// <param name="change">The change, whose fields have the same names.</param>
    /// <param name="changeType">Its type.</param>
    /// <param name="needed">Fields that a resource cannot be without.</param>
    /// <exception cref="ApiException">A field that is needed would be taken away.</exception>
    public T Merge<T, TChange>(T before, JsonTypeInfo<T> type, TChange change, JsonTypeInfo<TChange> changeType, IReadOnlyList<string> needed)
        where T : class
        where TChange : class
    {
        ArgumentNullException.ThrowIfNull(needed);
        var merged = JsonSerializer.SerializeToNode(before, type)!.AsObject();
        var given = JsonSerializer.SerializeToNode(change, changeType)!.AsObject();
        foreach (var name in _named ?? [.. given.Select(member => member.Key)])
        {
            merged.Remove(name);
            if (given[name] is { } value)
            {
                merged[name] = value.DeepClone();
            }
            else if (needed.Contains(name))
            {
                throw new ApiException(ErrorCode.InvalidRequest, $"'update_mask' names '{name}', which cannot be taken away: give its new value in the body.", name);
            }
        }

        return merged.Deserialize(type)!;
    }
}
