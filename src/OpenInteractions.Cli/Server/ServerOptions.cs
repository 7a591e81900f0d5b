namespace OpenInteractions.Cli.Server;

/// <summary>Which server is spoken to, and as whom.</summary>
internal sealed class ServerOptions
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    public Option<string> Url { get; } = new("--url")
    {
        Description = $"The server. Default: OPENINTERACTIONS_URL, or {DefaultUrl}.",
        HelpName = "URL",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("OPENINTERACTIONS_URL") ?? DefaultUrl,
        Recursive = true,
    };

    public Option<string?> Key { get; } = new("--key")
    {
        Description = "The API key. Default: OPENINTERACTIONS_API_KEY; a local server without keys needs none.",
        HelpName = "KEY",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("OPENINTERACTIONS_API_KEY"),
        Recursive = true,
    };

    /// <summary>Makes a command that calls the server. What goes wrong there is told in one line, and the command ends with 1.</summary>
    public Command Calls(Command command, Func<ServerCall, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                using var connection = new ServerConnection(parsed.GetRequiredValue(Url), parsed.GetValue(Key));
                return await action(new ServerCall(parsed, connection, cancellationToken));
            }
            catch (Exception exception) when (exception is ServerException or HttpRequestException or JsonException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(exception is HttpRequestException
                    ? $"The server at {parsed.GetValue(Url)} cannot be reached: {exception.Message}"
                    : exception.Message);
                return 1;
            }
        });
        return command;
    }
}

/// <summary>One command that is being carried out.</summary>
internal sealed record ServerCall(ParseResult Parsed, ServerConnection Server, CancellationToken Cancel)
{
    public TextWriter Output => Parsed.InvocationConfiguration.Output;

    public TextWriter Error => Parsed.InvocationConfiguration.Error;
}
