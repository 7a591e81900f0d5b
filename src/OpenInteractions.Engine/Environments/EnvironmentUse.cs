using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>The use of an environment, alone or beside others.</summary>
public sealed partial class EnvironmentUse : IEnvironmentUse
{
    /// <summary>An environment counts as used at most this much earlier than it was.</summary>
    private static readonly TimeSpan Touch = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(90);

    private readonly LiveEnvironments _all;
    private readonly LiveEnvironment _live;
    private readonly Checkpoints _checkpoints;
    private readonly bool _isAlone;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _left;
    private bool _had;
    private bool _changed;

    internal EnvironmentUse(LiveEnvironments all, LiveEnvironment live, Checkpoints checkpoints, bool isAlone, TimeProvider time, ILogger logger) =>
        (_all, _live, _checkpoints, _isAlone, _changed, _time, _logger) = (all, live, checkpoints, isAlone, isAlone, time, logger);

    /// <inheritdoc/>
    public string Id => _live.Id;

    /// <inheritdoc/>
    public async Task<ISandbox> SandboxAsync(CancellationToken cancellationToken)
    {
        var sandbox = await _all.SandboxAsync(_live, isFirst: !_had, cancellationToken);
        _had = true;
        return sandbox;
    }

    /// <summary>Brings what was written onto the disk: from now on it may be acknowledged.</summary>
    /// <exception cref="ApiException">It is not on the disk.</exception>
    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        _changed = true;
        if (!await SandboxWork.SyncAsync(await SandboxAsync(cancellationToken), cancellationToken))
        {
            throw new ApiException(
                ErrorCode.ServiceUnavailable, "What was written could not be brought onto the disk of the environment ('sync' failed in its sandbox), so it may be gone after a crash. Try again.", retryAfter: TimeSpan.FromSeconds(2));
        }
    }

    /// <inheritdoc/>
    public Task KeepAsync(string interactionId, CancellationToken cancellationToken) => _had ? _checkpoints.KeepAsync(_live, interactionId, cancellationToken) : Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _left, 1) != 0)
        {
            return;
        }

        try
        {
            await SettleAsync();
        }
        catch (Exception exception)
        {
            LogNotSettled(_logger, exception, Id); // the use is over all the same, and what it wrote is on the disk at the next stop
        }
        finally
        {
            if (_isAlone)
            {
                _live.Turn.Release();
            }

            _all.Leave(_live, isHolder: _had);
        }

        await _all.MakeWayAsync();
    }

    // What the use has written is on the disk before the next one begins, and counted.
    private async Task SettleAsync()
    {
        using var late = new CancellationTokenSource(SettlePatience, _time);
        (long Files, long Bytes)? counted = null;
        if (_had && _changed && _live.Sandbox is { Ended.IsCompleted: false } sandbox)
        {
            try
            {
                await SandboxWork.SyncAsync(sandbox, late.Token);
                counted = await SandboxWork.CountAsync(sandbox, late.Token);
            }
            catch (SandboxException)
            {
                // It has ended: with that, everything went to the disk.
            }
        }

        var now = _time.GetUtcNow();
        await _all.UpdateAsync(
            _live,
            row => counted is null && now - row.LastAccessed < Touch
                ? null
                : row with { LastAccessed = now, FileCount = counted?.Files ?? row.FileCount, SizeBytes = counted?.Bytes ?? row.SizeBytes },
            isAsked: false,
            late.Token);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The end of a use of {Environment} could not be noted")]
    private static partial void LogNotSettled(ILogger logger, Exception exception, string environment);
}
