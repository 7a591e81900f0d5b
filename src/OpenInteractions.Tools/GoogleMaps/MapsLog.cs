using Microsoft.Extensions.Logging;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>What an operator has to know of searches for places. Queries and positions are not among it.</summary>
internal sealed partial class MapsLog(ILogger<MapsLog> logger)
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} gave no answer: {Reason}")]
    public partial void NoAnswer(string instance, string reason);
}
