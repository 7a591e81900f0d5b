using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>A connection of a program inside, as the server sees it.</summary>
internal sealed class DoorChannel : ServerChannel
{
    public DoorChannel(FrameConnection connection, uint number)
        : base(number) => Stream = new DoorStream(connection, number);

    public DoorStream Stream { get; }

    public override bool OnFrame(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case FrameType.Data when frame.Stream == ChannelStream.In:
                Stream.Add(payload);
                return false;
            case FrameType.End when frame.Stream == ChannelStream.In:
                Stream.EndReading(null);
                return false;
            case FrameType.Credit when frame.Stream == ChannelStream.Out:
                Stream.Grant(new PayloadReader(payload).Int());
                return false;
            case FrameType.Reply:
                var error = ReplyMessage.Read(payload).Error;
                Stream.Close(error == 0 ? null : new IOException($"The program inside is gone: {Errors.Say(error)}."));
                return true;
            default:
                throw new FrameException("It sends a frame that a connection has not.");
        }
    }

    public override void OnConnectionEnded(SandboxException reason) => Stream.Close(new IOException(reason.Message));
}
