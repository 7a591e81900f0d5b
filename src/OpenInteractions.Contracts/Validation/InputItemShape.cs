using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Contracts.Validation;

/// <summary>An element of <c>input</c>: a content block or a step, told apart by <c>type</c> (wire 5).</summary>
internal sealed class InputItemShape(UnionShape steps, UnionShape blocks) : Shape
{
    /// <summary>What clients of the retired schema are told (behaviour TR-7).</summary>
    public const string LegacyMessage =
        "The legacy Interactions API schema is no longer supported. Send 'input' as text, content blocks or steps (for example " +
        "[{\"type\":\"user_input\",\"content\":[{\"type\":\"text\",\"text\":\"…\"}]}]) and read 'steps' from the answer; update the client library if it sends the old shape.";

    private readonly string[] _types = [.. InteractionInput.ContentTypes, .. steps.Variants.Keys];

    public override string Expected => "a content block or a step";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.Object);
        if (!JsonText.TryFind(value, "type"u8, path, out _) && JsonText.TryFind(value, "role"u8, path, out _))
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"'{path}' is a turn with a role. {LegacyMessage}", path.Field);
        }

        var tag = UnionShape.ReadTag(value, path, "type", _types);
        (InteractionInput.IsContentType(tag) ? blocks : steps).Variants[tag].Value.Check(value, path);
    }
}
