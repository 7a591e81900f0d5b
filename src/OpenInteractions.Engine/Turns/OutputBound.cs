using System.Runtime.InteropServices;
using System.Text;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Turns;

/// <summary>
/// Counts what a provider gives in all calls of a turn, and ends it before it is more than may be kept: whoever sends without end would fill the memory, and
/// what is too large for the store would be lost as a whole.
/// </summary>
/// <param name="most">Most bytes.</param>
internal sealed class OutputBound(long most)
{
    private long _bytes;

    /// <summary>Something came.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.ServiceUnavailable"/>: with it there is too much, and it is to be dropped.</exception>
    public void Add(ModelEvent value)
    {
        _bytes += value switch
        {
            StepPiece { Delta: var delta } => SizeOf(delta),
            StepStarted { Shell: var shell } => SizeOf(shell),
            StepStopped { State: { } state } => SizeOf(state),
            _ => 0,
        };
        if (_bytes > most)
        {
            throw new ApiException(ErrorCode.ServiceUnavailable, $"The model provider's answer is larger than {most} bytes, which is the most that one turn may give.");
        }
    }

    private static long SizeOf(StepDelta delta) => delta switch
    {
        TextDelta text => SizeOf(text.Text),
        ArgumentsDelta arguments => SizeOf(arguments.Arguments),
        ThoughtSummaryDelta { Content: var content } => SizeOf(content),
        ThoughtSignatureDelta signature => SizeOf(signature.Signature),
        ImageDelta image => SizeOf(image.Data),
        AudioDelta audio => SizeOf(audio.Data),
        VideoDelta video => SizeOf(video.Data),
        DocumentDelta document => SizeOf(document.Data),
        _ => JsonSerializer.SerializeToUtf8Bytes(delta, WireJson.Wire.StepDelta).Length, // of a vendor's own tools: few, and whole
    };

    /// <summary>Most shells are empty; some upstreams begin with what others send as a piece.</summary>
    private static long SizeOf(Step shell) => shell switch
    {
        ModelOutputStep output => output.Content.Sum(SizeOf),
        ThoughtStep thought => SizeOf(thought.Signature) + (thought.Summary?.Sum(SizeOf) ?? 0),
        FunctionCallStep call => SizeOf(call.Arguments),
        _ => 0,
    };

    private static long SizeOf(ContentBlock? block) => block switch
    {
        TextContent text => SizeOf(text.Text),
        MediaContent media => SizeOf(media.Data),
        UnknownContent unknown => SizeOf(unknown.Raw),
        _ => 0,
    };

    private static long SizeOf(JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? 0 : JsonMarshal.GetRawUtf8Value(json).Length;

    private static long SizeOf(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
