using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Tests.Nodes;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class ForeignReadersTests
{
    private readonly ManualTime _time = new();
    private readonly RecordedSignals _signals = new();
    private readonly ForeignReaders _readers;

    public ForeignReadersTests() => _readers = new ForeignReaders(_signals, _time);

    [Fact]
    public void Only_runs_that_somebody_follows_are_called_out()
    {
        _readers.Note("int_1");

        _readers.OnWritten("int_1");
        _readers.OnWritten("int_2");
        _readers.OnEnded("int_1");
        _readers.OnEnded("int_2");

        Assert.Equal([new(NodeSignalKind.EventsWritten, "int_1"), new(NodeSignalKind.RunEnded, "int_1")], _signals.Sent);
    }

    [Fact]
    public void A_reader_who_is_not_heard_of_again_is_forgotten()
    {
        _readers.Note("int_1");
        _time.Advance(ForeignReaders.Lifetime - TimeSpan.FromSeconds(1));
        _readers.Note("int_2");
        Assert.True(_readers.Has("int_1"));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((false, true), (_readers.Has("int_1"), _readers.Has("int_2")));

        _time.Advance(TimeSpan.FromSeconds(1));
        _readers.Note("int_3");
        Assert.Equal(2, _readers.Count); // nothing of the first is kept
    }
}
