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

    public override string Expected => "a content block or a step";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.Object);
        var hasType = value.TryGetProperty("type"u8, out var type);
        if (!hasType && value.TryGetProperty("role"u8, out _))
        {
            throw Invalid(path, LegacyMessage);
        }

        if (!hasType || type.ValueKind != JsonValueKind.String)
        {
            steps.Check(value, path);
            return;
        }

        path.Enter("type");
        var tag = ReadText(type, path);
        path.Leave();
        if (InteractionInput.IsContentType(tag))
        {
            blocks.Check(value, path);
        }
        else if (steps.Variants.ContainsKey(tag))
        {
            steps.Check(value, path);
        }
        else
        {
            throw new ApiException(
                ErrorCode.InvalidRequest,
                $"Invalid value '{(tag.Length <= 60 ? tag : tag[..60] + "…")}' for '{path.With("type")}'. Supported values: {Quote(InteractionInput.ContentTypes.Concat(steps.Variants.Keys))}.",
                path.With("type"));
        }
    }
}
