using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>Commands of an init at the other end of two pipes, whoever started it.</summary>
/// <param name="connection">Its frames.</param>
/// <param name="environment">Variables of every command, asked for at each: credentials may have come since the last one.</param>
/// <param name="workspace">Where commands start.</param>
internal sealed class RemoteSandbox(FrameConnection connection, Func<IReadOnlyDictionary<string, string>> environment, string workspace)
{
    public RemoteFiles Files { get; } = new(connection);

    public IReadOnlyCollection<ISandboxCommand> Commands => [.. connection.Channels.OfType<ISandboxCommand>()];

    public async Task<ISandboxCommand> StartAsync(CommandSpec command, CancellationToken cancellationToken)
    {
        var message = CommandMessages.From(command, environment(), workspace).Write();
        cancellationToken.ThrowIfCancellationRequested();
        var channel = connection.Open(number => new CommandChannel(connection, number, command.KeepLast));
        await connection.SendAsync(FrameType.Exec, channel.Number, 0, message, CancellationToken.None);
        try
        {
            await channel.Started.WaitAsync(cancellationToken);
            return channel;
        }
        catch (OperationCanceledException)
        {
            // Nobody has its number, so nobody could end it.
            connection.Post(FrameType.Signal, channel.Number, 0, new PayloadWriter().Int(9).Written.Span);
            throw;
        }
    }

    public ValueTask ShutDownAsync(TimeSpan grace) =>
        connection.SendAsync(FrameType.Shutdown, 0, 0, new PayloadWriter().Int((int)grace.TotalMilliseconds).Written, CancellationToken.None);
}
