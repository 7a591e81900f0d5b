namespace OpenInteractions.Sandboxes.Frames;

/// <summary>What a frame says. A frame belongs to a channel; who opens a channel chooses its number: the server even ones, the init odd ones.</summary>
internal enum FrameType : byte
{
    /// <summary>The first frame in each direction: the version, and what the init can do.</summary>
    Hello = 1,

    /// <summary>To the init: run a command. Opens a channel.</summary>
    Exec = 2,

    /// <summary>From the init: the command runs, and its process id.</summary>
    Started = 3,

    /// <summary>Bytes of one stream of a channel. Costs as much credit as it has bytes.</summary>
    Data = 4,

    /// <summary>A stream of a channel has ended.</summary>
    End = 5,

    /// <summary>The reader of a stream takes that many bytes more.</summary>
    Credit = 6,

    /// <summary>To the init: a signal for the command of this channel.</summary>
    Signal = 7,

    /// <summary>From the init: how a command ended. Closes the channel.</summary>
    Exited = 8,

    /// <summary>To the init: a file operation. Opens a channel.</summary>
    File = 9,

    /// <summary>From the init: how a file operation or a connection ended, or why a command did not start. Closes the channel.</summary>
    Reply = 10,

    /// <summary>To the init: nobody waits for this file operation any more, or reads this connection. A connection gets what is on its way first, unless the stream is <see cref="ChannelStream.Error"/>.</summary>
    Cancel = 11,

    /// <summary>To the init: end everything.</summary>
    Shutdown = 12,

    /// <summary>From the init: somebody inside has connected to a door. Opens a channel.</summary>
    Open = 16,

    /// <summary>To the init: the system's error number, 0 when somebody serves the connection. Anything else closes the channel.</summary>
    Opened = 17,
}
