namespace OpenInteractions.Cli.Server;

/// <summary>The server refused, or what it was to be asked makes no sense; the message is for the person at the terminal.</summary>
internal sealed class ServerException(string message) : Exception(message);
