using System.Collections.Frozen;
using System.Text;
using OpenInteractions.Contracts.Errors;

namespace OpenInteractions.Contracts.Validation;

/// <summary>A member of an object.</summary>
internal sealed record MemberShape(string Name, bool IsRequired, Lazy<Shape> Shape);

/// <summary>An object with these members and no others (behaviour TR-4).</summary>
/// <param name="members">The members.</param>
/// <param name="tag">A member that was checked before, to tell variants apart.</param>
/// <param name="isOpen">True when further members are allowed.</param>
internal sealed class ObjectShape(IReadOnlyList<MemberShape> members, string? tag, bool isOpen) : Shape
{
    private static readonly AnyShape Any = new();

    // Which members were seen is kept in the bits of one number, so that the check of a small object allocates nothing but its names.
    private readonly FrozenDictionary<string, int> _places = (members.Count <= 64 ? members : throw new InvalidOperationException("An object of the contract has more members than a number has bits."))
        .Select((m, i) => (m.Name, i)).ToFrozenDictionary(m => m.Name, m => m.i, StringComparer.Ordinal);

    public override string Expected => "an object";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.Object);
        var (seen, hasTag, further) = (0UL, false, default(NameSet));
        foreach (var property in value.EnumerateObject())
        {
            var name = JsonText.ReadName(property, path);
            if (_places.TryGetValue(name, out var place))
            {
                RequireNew((seen & (1UL << place)) == 0, name, path);
                seen |= 1UL << place;
                CheckMember(members[place], property.Value, path);
            }
            else if (name == tag)
            {
                RequireNew(!hasTag, name, path);
                hasTag = true;
            }
            else if (isOpen)
            {
                RequireNew(further.Add(name), name, path);
                path.Enter(name);
                Any.Check(property.Value, path);
                path.Leave();
            }
            else
            {
                throw UnknownMember(name, path);
            }
        }

        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].IsRequired && (seen & (1UL << i)) == 0)
            {
                throw Missing(members[i], path);
            }
        }
    }

    private static void RequireNew(bool isNew, string name, JsonPath path)
    {
        if (!isNew)
        {
            throw Duplicate(name, path);
        }
    }

    private static void CheckMember(MemberShape member, JsonElement value, JsonPath path)
    {
        // Absent and null are the same thing for an optional member: several JSON writers send null for it.
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (member.IsRequired)
            {
                throw Missing(member, path);
            }

            return;
        }

        path.Enter(member.Name);
        member.Shape.Value.Check(value, path);
        path.Leave();
    }

    private ApiException UnknownMember(string name, JsonPath path)
    {
        var hint = members.Count > 0 ? Hint(name) : "Nothing but 'type' belongs here.";
        return new ApiException(ErrorCode.ParameterUnknown, $"Unknown parameter '{path.With(name)}'. {hint}", path.With(name));
    }

    /// <summary>Names the nearest member always, and the others when the nearest may not be what was meant.</summary>
    private string Hint(string name)
    {
        var names = members.Select(m => m.Name);
        if (NearestName.Find(name, names) is [var close])
        {
            return $"Did you mean '{close}'?";
        }

        return NearestName.FindByWords(name, names) is { } related
            ? $"Did you mean '{related}'? Known parameters here: {Quote(names)}."
            : $"Nearest: '{NearestName.Rank(name, names, count: 1)[0]}'. Known parameters here: {Quote(names)}.";
    }

    private static ApiException Missing(MemberShape member, JsonPath path) =>
        new(ErrorCode.InvalidRequest, $"Missing required parameter '{path.With(member.Name)}': expected {member.Shape.Value.Expected}.", path.With(member.Name));
}

/// <summary>One of several objects that a string member tells apart.</summary>
internal sealed class UnionShape(string tag, IReadOnlyDictionary<string, Lazy<Shape>> variants, IReadOnlyList<string> order) : Shape
{
    public IReadOnlyDictionary<string, Lazy<Shape>> Variants => variants;

    public override string Expected => "an object";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.Object);
        variants[ReadTag(value, path, tag, order)].Value.Check(value, path);
    }

    /// <summary>The member that tells variants apart; it is one of <paramref name="values"/>.</summary>
    public static string ReadTag(JsonElement value, JsonPath path, string tag, IReadOnlyList<string> values)
    {
        if (!JsonText.TryFind(value, Encoding.UTF8.GetBytes(tag), path, out var found) || found.ValueKind == JsonValueKind.Null)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Missing required parameter '{path.With(tag)}'. Supported values: {Quote(values)}.", path.With(tag));
        }

        path.Enter(tag);
        new StringShape(values, notEmpty: false).Check(found, path);
        path.Leave();
        return found.GetString()!;
    }
}

/// <summary>Different things by the kind of JSON that stands there.</summary>
internal sealed class AlternativesShape(string expected, Func<JsonElement, JsonPath, Shape?> choose) : Shape
{
    public override string Expected => expected;

    public override void Check(JsonElement value, JsonPath path) => (choose(value, path) ?? throw WrongType(value, path)).Check(value, path);
}
