using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// Reasons for an answer's end that this build does not know. An answer that came whole is taken as completed, on every wire alike; the log names each
/// reason once, because it may mean something that callers should be told.
/// </summary>
/// <param name="provider">The provider's name.</param>
internal sealed partial class UnknownReasons(string provider, ILogger logger)
{
    private const int MostNamed = 100;
    private const int MostCharacters = 80;

    private readonly ConcurrentDictionary<string, bool> _named = new();

    public void Note(string reason)
    {
        var shown = reason.Length <= MostCharacters ? reason : reason[..MostCharacters];
        if (_named.Count < MostNamed && _named.TryAdd(shown, true))
        {
            LogUnknown(provider, shown);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Provider} ended an answer for the reason '{Reason}', which is not known here; the answer is taken as complete")]
    private partial void LogUnknown(string provider, string reason);
}
