using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleMaps.Engines;

/// <summary>One instance of a map service: asked as often as its operators allow.</summary>
internal sealed class MapInstance(EngineRequests requests, EngineTurns turns, string noun, MapsLog log)
{
    /// <exception cref="EngineFailedException">There is no answer.</exception>
    public async Task<JsonElement> AskAsync(Func<HttpRequestMessage> request, JsonValueKind form, CancellationToken cancellationToken)
    {
        try
        {
            return await turns.TakeAsync(noun, () => requests.AskAsync(request, form, cancellationToken), cancellationToken);
        }
        catch (EngineFailedException exception)
        {
            log.NoAnswer(noun, exception.Message);
            throw;
        }
    }
}
