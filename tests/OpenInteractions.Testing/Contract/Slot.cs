using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Contract;

/// <summary>
/// What one place of a request may hold, read from the public contract types by <see cref="Slots"/>. It is a second reading of the contract,
/// apart from the one that the server checks with: a rule that only one of them has makes a test fail.
/// </summary>
public abstract record Slot
{
    /// <summary>The kinds of JSON that belong here.</summary>
    public abstract IReadOnlyList<JsonValueKind> Kinds { get; }

    /// <summary>What <paramref name="value"/> is one of, where a place has several forms.</summary>
    public virtual Slot Resolve(JsonNode? value) => this;
}

public sealed record TextSlot(IReadOnlyList<string>? Values = null, bool NotEmpty = false, bool IsBase64 = false, bool IsMediaType = false) : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => [JsonValueKind.String];
}

public sealed record FlagSlot : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => [JsonValueKind.True, JsonValueKind.False];
}

public sealed record NumberSlot(bool IsInteger, double Minimum, double Maximum, bool IsText) : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => IsText ? [JsonValueKind.Number, JsonValueKind.String] : [JsonValueKind.Number];
}

/// <summary>JSON of the caller's own: arguments, schemas, metadata.</summary>
public sealed record FreeSlot(bool ObjectOnly) : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => ObjectOnly
        ? [JsonValueKind.Object]
        : [JsonValueKind.Object, JsonValueKind.Array, JsonValueKind.String, JsonValueKind.Number, JsonValueKind.True, JsonValueKind.False, JsonValueKind.Null];
}

public sealed record ListSlot(Slot Item) : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => [JsonValueKind.Array];
}

public sealed record MapSlot(Slot Item) : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => [JsonValueKind.Object];
}

public sealed record Member(string Name, bool IsRequired, Lazy<Slot> Slot);

/// <param name="Tag">The member that told this variant from others, or null.</param>
/// <param name="TagValue">Its value.</param>
/// <param name="Members">The other members.</param>
/// <param name="IsOpen">True when any further member is allowed.</param>
public sealed record ObjectSlot(string? Tag, string? TagValue, IReadOnlyList<Member> Members, bool IsOpen) : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => [JsonValueKind.Object];
}

/// <param name="Tag">The member that tells variants apart.</param>
/// <param name="Variants">The variants by its value.</param>
/// <param name="OrSchema">True where an object without one of these values is a JSON Schema.</param>
public sealed record UnionSlot(string Tag, IReadOnlyDictionary<string, Lazy<ObjectSlot>> Variants, bool OrSchema) : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => [JsonValueKind.Object];

    public override Slot Resolve(JsonNode? value) =>
        Variants.TryGetValue((string?)value![Tag] ?? "", out var variant) ? variant.Value : new FreeSlot(ObjectOnly: true);
}

/// <summary>Different things by the kind of JSON.</summary>
public sealed record ChoiceSlot(IReadOnlyDictionary<JsonValueKind, Lazy<Slot>> Forms) : Slot
{
    public override IReadOnlyList<JsonValueKind> Kinds => [.. Forms.Keys];

    public override Slot Resolve(JsonNode? value) => Forms[value?.GetValueKind() ?? JsonValueKind.Null].Value.Resolve(value);
}
