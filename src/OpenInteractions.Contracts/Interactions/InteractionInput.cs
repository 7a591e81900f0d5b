using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>
/// The <c>input</c> of a request in its normal form, a list of steps (wire 5). A string, a content block or a list of blocks becomes one
/// <c>user_input</c> step; in a list that mixes both kinds, neighbouring blocks are joined into one.
/// </summary>
[JsonConverter(typeof(InteractionInputConverter))]
public sealed record InteractionInput(IReadOnlyList<Step> Steps)
{
    /// <summary>One text by the user.</summary>
    public static InteractionInput FromText(string text) => new([new UserInputStep { Content = [new TextContent { Text = text }] }]);

    /// <summary>True when <paramref name="type"/> is the discriminator of a content block and not of a step.</summary>
    internal static bool IsContentType(string? type) => ContentTypes.Contains(type ?? "");

    /// <summary>Discriminators of content blocks.</summary>
    internal static IReadOnlyList<string> ContentTypes { get; } =
        [TextContent.TypeName, ImageContent.TypeName, AudioContent.TypeName, DocumentContent.TypeName, VideoContent.TypeName];
}

internal sealed class InteractionInputConverter : JsonConverter<InteractionInput>
{
    public override InteractionInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return InteractionInput.FromText(reader.GetString()!);
            case JsonTokenType.StartObject:
                return new InteractionInput([ReadBare(ref reader, out var block) ?? new UserInputStep { Content = [block!] }]);
            case JsonTokenType.StartArray:
                return ReadList(ref reader);
            default:
                throw new JsonException("'input' is a string, an object or a list.");
        }
    }

    public override void Write(Utf8JsonWriter writer, InteractionInput value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var step in value.Steps)
        {
            JsonSerializer.Serialize(writer, step, WireJson.Wire.Step);
        }

        writer.WriteEndArray();
    }

    private static InteractionInput ReadList(ref Utf8JsonReader reader)
    {
        var steps = new List<Step>();
        var blocks = new List<ContentBlock>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (ReadBare(ref reader, out var block) is { } step)
            {
                Join();
                steps.Add(step);
            }
            else
            {
                blocks.Add(block!);
            }
        }

        Join();
        return new InteractionInput(steps);

        void Join()
        {
            if (blocks.Count > 0)
            {
                steps.Add(new UserInputStep { Content = blocks.ToArray() });
                blocks.Clear();
            }
        }
    }

    private static Step? ReadBare(ref Utf8JsonReader reader, out ContentBlock? block)
    {
        if (InteractionInput.IsContentType(JsonDiscriminator.Peek(reader, "type"u8)))
        {
            block = JsonSerializer.Deserialize(ref reader, WireJson.Wire.ContentBlock)!;
            return null;
        }

        block = null;
        return JsonSerializer.Deserialize(ref reader, WireJson.Wire.Step)!;
    }
}
