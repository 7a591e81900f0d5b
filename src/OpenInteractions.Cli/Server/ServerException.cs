using System.Net;

namespace OpenInteractions.Cli.Server;

/// <summary>The server refused, or what it was to be asked makes no sense; the message is for the person at the terminal.</summary>
internal sealed class ServerException(string message, HttpStatusCode? status = null) : Exception(message)
{
    /// <summary>What the server answered with; null when it was not asked.</summary>
    public HttpStatusCode? Status => status;
}
