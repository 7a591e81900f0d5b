using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Tests.Events;

/// <summary>A writer over a journal of the test's, with leases of 30 seconds.</summary>
internal static class SampleJournal
{
    public static readonly RunOptions Runs = new() { LeaseTime = TimeSpan.FromSeconds(30) };

    public static JournalWriter Over(IEventJournal journal, ForeignReaders readers, TimeProvider time) => new(Appender(journal, readers, new EngineInstruments(), time), readers, time);

    public static BatchAppender Appender(IEventJournal journal, ForeignReaders readers, EngineInstruments instruments, TimeProvider time) =>
        new(journal, readers, instruments, Options.Create(Runs), time, NullLogger<BatchAppender>.Instance);
}
