using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Tells when an answer has proved that the server speaks the wire it came on: at the first event that could be read, because a status of 200 is also
/// what a proxy's page and a broken route give.
/// </summary>
/// <param name="answer">Reads the answer.</param>
/// <param name="onProved">Called once.</param>
internal sealed class WireProof(IAnswer answer, Action onProved) : IAnswer
{
    private bool _isProved;

    public bool IsOver => answer.IsOver;

    public Usage? UsageSoFar => answer.UsageSoFar;

    public bool CanEnd => answer.CanEnd;

    public void OnFrame(ReadOnlyMemory<byte> data, List<ModelEvent> output)
    {
        answer.OnFrame(data, output);
        Look(output);
    }

    public bool TryText(ReadOnlySpan<byte> data, List<ModelEvent> output) => answer.TryText(data, output); // only what was read before can be like it

    public void OnPause(List<ModelEvent> output) => answer.OnPause(output);

    public void OnDone() => answer.OnDone();

    public void OnWhole(JsonElement whole, List<ModelEvent> output)
    {
        answer.OnWhole(whole, output);
        Look(output);
    }

    public void OnEnd(List<ModelEvent> output)
    {
        answer.OnEnd(output);
        Look(output);
    }

    private void Look(List<ModelEvent> output)
    {
        if (!_isProved && output.Count > 0)
        {
            _isProved = true;
            onProved();
        }
    }
}
