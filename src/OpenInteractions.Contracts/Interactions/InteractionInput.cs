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
    public static InteractionInput FromText(string text) => new([new UserInputStep { Content = [new TextContent { Text = text }] }]) { Form = InputForm.Block };

    /// <summary>How it was written, as far as places in it have other names than in a list of steps.</summary>
    internal InputForm Form { get; init; }

    /// <summary>Where in the written list each step began, and whether it was blocks; only for <see cref="InputForm.Mixed"/>.</summary>
    internal IReadOnlyList<(int Index, bool IsBlocks)>? Places { get; init; }

    /// <summary>The path of a step as the client wrote it, such as <c>input[2]</c>; of a step that was written as blocks, that of the first one.</summary>
    /// <param name="step">Its index in <see cref="Steps"/>.</param>
    public string PathOf(int step) => Form switch
    {
        InputForm.Block or InputForm.Step => "input",
        InputForm.Mixed => $"input[{Places![step].Index}]",
        _ => $"input[{step}]",
    };

    /// <summary>The path of a step's list of blocks as the client wrote it, such as <c>input[2].content</c>.</summary>
    /// <param name="step">Its index in <see cref="Steps"/>.</param>
    /// <param name="member">The step's member that holds the list.</param>
    public string PathOf(int step, string member) => IsBlocks(step) ? PathOf(step) : $"{PathOf(step)}.{member}";

    /// <summary>The path of a content block as the client wrote it, such as <c>input[2].content[0]</c>, or <c>input[3]</c> in a list of blocks.</summary>
    /// <param name="step">The index of its step in <see cref="Steps"/>.</param>
    /// <param name="member">The step's member that holds the block.</param>
    /// <param name="block">Its index there.</param>
    public string PathOf(int step, string member, int block) =>
        !IsBlocks(step) ? $"{PathOf(step)}.{member}[{block}]" : Form == InputForm.Block ? "input" : $"input[{Places![step].Index + block}]";

    private bool IsBlocks(int step) => Form == InputForm.Block || (Form == InputForm.Mixed && Places![step].IsBlocks);

    /// <summary>True when <paramref name="type"/> is the discriminator of a content block and not of a step.</summary>
    internal static bool IsContentType(string? type) => ContentTypes.Contains(type ?? "");

    /// <summary>Discriminators of content blocks.</summary>
    internal static IReadOnlyList<string> ContentTypes { get; } =
        [TextContent.TypeName, ImageContent.TypeName, AudioContent.TypeName, DocumentContent.TypeName, VideoContent.TypeName];
}

/// <summary>How an input was written.</summary>
internal enum InputForm
{
    /// <summary>A list of steps.</summary>
    Steps,

    /// <summary>A list with content blocks in it.</summary>
    Mixed,

    /// <summary>One step by itself.</summary>
    Step,

    /// <summary>One content block by itself, or a text.</summary>
    Block,
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
                return ReadBare(ref reader, out var block) is { } step
                    ? new InteractionInput([step]) { Form = InputForm.Step }
                    : new InteractionInput([new UserInputStep { Content = [block!] }]) { Form = InputForm.Block };
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
        var places = new List<(int Index, bool IsBlocks)>();
        var isMixed = false;
        var index = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (ReadBare(ref reader, out var block) is { } step)
            {
                Join();
                steps.Add(step);
                places.Add((index, false));
            }
            else
            {
                blocks.Add(block!);
            }
        }

        Join();
        return isMixed ? new InteractionInput(steps) { Form = InputForm.Mixed, Places = places } : new InteractionInput(steps);

        void Join()
        {
            if (blocks.Count > 0)
            {
                steps.Add(new UserInputStep { Content = blocks.ToArray() });
                places.Add((index - blocks.Count, true));
                isMixed = true;
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
