using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Contract;

/// <summary>One value of a valid body, where it stands, and what the contract says of it.</summary>
/// <param name="Pointer">The names and indexes that lead to it.</param>
/// <param name="Slot">What belongs there; null for a value inside the caller's own JSON.</param>
/// <param name="Value">What stands there.</param>
/// <param name="Parent">The object or list around it; null for the body.</param>
/// <param name="IsRequired">True for a member that must be there, and for every element.</param>
/// <param name="IsTag">True for the member that tells a union's variants apart.</param>
public sealed record Place(IReadOnlyList<object> Pointer, Slot? Slot, JsonNode? Value, Place? Parent, bool IsRequired, bool IsTag)
{
    /// <summary>The place as an error writes it; null for the body, which has no path.</summary>
    public string? Path => Pointer.Count == 0 ? null : string.Concat(Pointer.Select(p => p is string name ? "." + name : $"[{p}]")).TrimStart('.');

    /// <summary>The name, for a member.</summary>
    public string? Name => Pointer.Count == 0 ? null : Pointer[^1] as string;

    public JsonValueKind Kind => Value?.GetValueKind() ?? JsonValueKind.Null;

    /// <summary>What the value is, where its place has several forms.</summary>
    public Slot? Form => Slot?.Resolve(Value);

    /// <summary>The union that stands here, also where it is one form of several.</summary>
    public UnionSlot? Union => Slot as UnionSlot ?? ((Slot as ChoiceSlot)?.Forms.GetValueOrDefault(Kind)?.Value as UnionSlot);

    /// <summary>True for the <c>type</c> of something that would be a JSON Schema without it.</summary>
    public bool IsTagOrSchema => IsTag && Parent!.Union!.OrSchema;

    /// <summary>The path of a member of this object.</summary>
    public string PathTo(string name) => Path is null ? name : $"{Path}.{name}";

    /// <summary>Every value of a valid body, the body itself first.</summary>
    public static IEnumerable<Place> In(JsonNode body) => new Place([], Slots.CreateInteraction, body, Parent: null, IsRequired: true, IsTag: false).WithInner();

    private IEnumerable<Place> WithInner()
    {
        var inner = Value switch
        {
            JsonObject members => members.Select(m => Member(m.Key, m.Value)),
            JsonArray items => items.Select((item, i) => new Place([.. Pointer, i], (Form as ListSlot)?.Item, item, this, IsRequired: true, IsTag: false)),
            _ => [],
        };
        return inner.SelectMany(p => p.WithInner()).Prepend(this);
    }

    private Place Member(string name, JsonNode? value)
    {
        var form = Form;
        if (form is ObjectSlot { Tag: { } tag } && tag == name)
        {
            return new Place([.. Pointer, name], new TextSlot([.. Union!.Variants.Keys]), value, this, IsRequired: true, IsTag: true);
        }

        var member = (form as ObjectSlot)?.Members.FirstOrDefault(m => m.Name == name);
        return new Place([.. Pointer, name], (form as MapSlot)?.Item ?? member?.Slot.Value, value, this, member?.IsRequired ?? form is MapSlot, IsTag: false);
    }
}
