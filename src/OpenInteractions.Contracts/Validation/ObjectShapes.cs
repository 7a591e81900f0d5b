using System.Collections.Frozen;
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
    private readonly FrozenDictionary<string, MemberShape> _members = members.ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);
    private readonly MemberShape[] _required = [.. members.Where(m => m.IsRequired)];
    private readonly AnyShape _any = new();

    public IReadOnlyList<MemberShape> Members => members;

    public override string Expected => "an object";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.Object);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            var name = ReadName(property, path);
            if (!seen.Add(name))
            {
                throw Duplicate(name, path);
            }

            if (name == tag)
            {
                continue;
            }

            if (_members.TryGetValue(name, out var member))
            {
                CheckMember(member, property.Value, path);
            }
            else if (isOpen)
            {
                path.Enter(name);
                _any.Check(property.Value, path);
                path.Leave();
            }
            else
            {
                throw UnknownMember(name, path);
            }
        }

        foreach (var member in _required)
        {
            if (!seen.Contains(member.Name))
            {
                throw Missing(member, path);
            }
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
        var nearest = NearestName.Find(name, _members.Keys);
        var hint = nearest.Count > 0
            ? $"Did you mean '{nearest[0]}'?"
            : members.Count > 0 ? $"Known parameters here: {Quote(members.Select(m => m.Name))}." : "Nothing but 'type' belongs here.";
        var shown = name.Length <= 100 ? name : name[..100] + "…";
        return new ApiException(ErrorCode.ParameterUnknown, $"Unknown parameter '{path.With(shown)}'. {hint}", path.With(shown));
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
        TagOf(value, path, tag, order, variants).Check(value, path);
    }

    private static Shape TagOf(JsonElement value, JsonPath path, string tag, IReadOnlyList<string> order, IReadOnlyDictionary<string, Lazy<Shape>> variants)
    {
        if (!value.TryGetProperty(tag, out var found) || found.ValueKind == JsonValueKind.Null)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Missing required parameter '{path.With(tag)}'. Supported values: {Quote(order)}.", path.With(tag));
        }

        path.Enter(tag);
        new StringShape(order, notEmpty: false).Check(found, path);
        path.Leave();
        return variants[found.GetString()!].Value;
    }
}

/// <summary>Different things by the kind of JSON that stands there.</summary>
internal sealed class AlternativesShape(string expected, Func<JsonElement, Shape?> choose) : Shape
{
    public override string Expected => expected;

    public override void Check(JsonElement value, JsonPath path) => (choose(value) ?? throw WrongType(value, path)).Check(value, path);
}
