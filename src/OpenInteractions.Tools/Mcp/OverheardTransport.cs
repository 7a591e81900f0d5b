using System.Threading.Channels;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace OpenInteractions.Tools.Mcp;

/// <summary>
/// Tells of notifications in the order in which they arrive, before what arrived behind them is passed on. The package handles each message by
/// itself: a result could overtake the notice that the tools have changed, which was sent before it.
/// </summary>
internal sealed class OverheardTransport(IClientTransport inner, Action<JsonRpcNotification> onNotification) : IClientTransport
{
    public string Name => inner.Name;

    public async Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default) => new Session(await inner.ConnectAsync(cancellationToken), onNotification);

    private sealed class Session(ITransport session, Action<JsonRpcNotification> onNotification) : ITransport
    {
        public string? SessionId => session.SessionId;

        public ChannelReader<JsonRpcMessage> MessageReader { get; } = new Reader(session.MessageReader, onNotification);

        public Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default) => session.SendMessageAsync(message, cancellationToken);

        public ValueTask DisposeAsync() => session.DisposeAsync();
    }

    private sealed class Reader(ChannelReader<JsonRpcMessage> messages, Action<JsonRpcNotification> onNotification) : ChannelReader<JsonRpcMessage>
    {
        public override Task Completion => messages.Completion;

        public override bool TryRead(out JsonRpcMessage item)
        {
            if (!messages.TryRead(out item!))
            {
                return false;
            }

            if (item is JsonRpcNotification notification)
            {
                onNotification(notification);
            }

            return true;
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => messages.WaitToReadAsync(cancellationToken);
    }
}
