using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// Appends what several runs have for the journal, in one commit, and bears with a store that fails: one that is away for a moment is asked again while the
/// leases last, and a run whose events it does not take stops alone. Readers have had the events before, and wait for nothing.
/// </summary>
/// <remarks>
/// A repeated append is the same one: it is fenced by the lease, and what an answer that was lost had written stays as it is. So it harms nobody to ask
/// again; who decides that the leases are gone is <see cref="LeaseKeeper"/>, and its runs are left out then.
/// </remarks>
public sealed partial class BatchAppender(IEventJournal journal, ForeignReaders readers, EngineInstruments instruments, IOptions<RunOptions> options, TimeProvider time, ILogger<BatchAppender> logger)
{
    /// <summary>A broken connection is made good at once, a server that restarts within seconds.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause between two tries.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private bool _isAway;

    /// <summary>How long it is tried: where leases can be renewed all the while, as on a full disk, a run must not wait for ever with its provider on the line.</summary>
    public TimeSpan Patience => options.Value.LeaseTime * 0.8;

    /// <summary>Appends what the logs have. Ends when each of them knows what became of it.</summary>
    internal async Task AppendAsync(IReadOnlyList<EventLog> logs, CancellationToken stopping)
    {
        List<Waiting> waiting = new(logs.Count);
        foreach (var log in logs)
        {
            if (log.TakeBatch() is { } append)
            {
                waiting.Add(new Waiting(log, append));
            }
        }

        var since = time.GetTimestamp();
        var delayed = 0;
        try
        {
            for (var pause = FirstPause; waiting.Count > 0; pause = pause < LongestPause / 2 ? pause * 2 : LongestPause)
            {
                var left = new List<Waiting>();
                await TryAsync(waiting, left);
                left.RemoveAll(w => w.Log.IsGone);
                instruments.OnJournalDelayed(left.Count - delayed);
                (waiting, delayed) = (left, left.Count);
                if (waiting.Count > 0 && (stopping.IsCancellationRequested || time.GetElapsedTime(since) >= Patience))
                {
                    GiveUp(waiting);
                    return;
                }

                if (waiting.Count > 0)
                {
                    await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        finally
        {
            instruments.OnJournalDelayed(-delayed);
        }
    }

    /// <param name="batches">What to append.</param>
    /// <param name="left">Gets what is to be tried again.</param>
    /// <returns>False when the store is away, so that there is no use in trying anything else.</returns>
    private async Task<bool> TryAsync(List<Waiting> batches, List<Waiting> left)
    {
        try
        {
            var held = await journal.AppendAsync(batches.ConvertAll(b => b.Append), CancellationToken.None);
            for (var i = 0; i < held.Count; i++)
            {
                OnAppended(batches[i], held[i]);
            }

            _isAway = false;
        }
        catch (StoreUnavailableException exception) when (!exception.IsFull || batches.Count == 1)
        {
            OnUnavailable(exception, batches.Count);
            left.AddRange(batches);
            return exception.IsFull;
        }
        catch (Exception exception) when (batches.Count > 1)
        {
            LogAlone(exception, batches.Count);
            await TryAloneAsync(batches, left);
        }
        catch (Exception exception)
        {
            instruments.OnJournalFailed("refused");
            LogRefused(exception, batches[0].Log.RunId);
            batches[0].Log.OnRefused(batches[0].Append.Batch);
        }

        return true;
    }

    /// <summary>Each for itself, so that it fails alone.</summary>
    private async Task TryAloneAsync(List<Waiting> batches, List<Waiting> left)
    {
        for (var i = 0; i < batches.Count; i++)
        {
            if (!await TryAsync([batches[i]], left))
            {
                left.AddRange(batches[(i + 1)..]);
                return;
            }
        }
    }

    private void OnUnavailable(StoreUnavailableException exception, int runs)
    {
        instruments.OnJournalFailed(exception.IsFull ? "full" : "unavailable");
        if (!_isAway)
        {
            LogUnavailable(exception, runs); // once, and not at each try
        }

        _isAway = true;
    }

    private void OnAppended(Waiting batch, bool held)
    {
        if (batch.Log.OnFlushed(batch.Append.Batch, held))
        {
            instruments.OnLeaseLost("fenced");
        }

        if (held)
        {
            readers.OnWritten(batch.Log.RunId);
        }
    }

    private void GiveUp(List<Waiting> batches)
    {
        LogGivenUp(batches.Count);
        foreach (var batch in batches)
        {
            instruments.OnJournalFailed("given_up");
            batch.Log.OnFlushFailed();
        }
    }

    private sealed record Waiting(EventLog Log, JournalAppend Append);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store could not keep the events of {Runs} runs just now; it is asked again while their leases last")]
    private partial void LogUnavailable(Exception exception, int runs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The events of {Runs} runs could not be kept together; each is tried alone")]
    private partial void LogAlone(Exception exception, int runs);

    [LoggerMessage(Level = LogLevel.Error, Message = "The store does not take an event of run {RunId}, which ends as failed; other runs go on")]
    private partial void LogRefused(Exception exception, string runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not keep the events of {Runs} runs in time; they are stopped and taken up again later")]
    private partial void LogGivenUp(int runs);
}
