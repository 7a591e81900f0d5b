using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>The environments of this host that are in use, and their sandboxes: one each, started when it is needed, stopped when nobody uses it.</summary>
internal sealed partial class LiveEnvironments(
    SandboxHost host, IEnvironmentStore store, EnvironmentForms forms, EnvironmentDisks disks, SourceLoader sources, EnvironmentOptions options, TimeProvider time, ISandboxNetworks? networks, ILogger logger)
    : IDisposable
{
    /// <summary>How long commands have to end by themselves.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LiveEnvironment> _all = new(StringComparer.Ordinal);
    private readonly LivePlaces _places = new(options, time);
    private readonly NextSandbox _next = new(host, store, options, logger);

    /// <summary>Takes part in an environment: it does not stop by itself and does not expire until <see cref="Leave"/>.</summary>
    public LiveEnvironment Join(string project, string id)
    {
        lock (_gate)
        {
            if (!_all.TryGetValue(id, out var live))
            {
                _all.Add(id, live = new LiveEnvironment(project, id));
            }

            live.Users++;
            return live;
        }
    }

    /// <summary>Takes part no longer.</summary>
    public void Leave(LiveEnvironment live, bool isHolder = false)
    {
        lock (_gate)
        {
            live.Users--;
            live.Holders -= isHolder ? 1 : 0;
            if (live.Holders == 0)
            {
                live.Unheld?.TrySetResult();
            }

            live.Left = time.GetUtcNow();
            Forget(live);
        }
    }

    /// <summary>Whether somebody uses it here.</summary>
    public bool IsUsed(string id)
    {
        lock (_gate)
        {
            return _all.TryGetValue(id, out var live) && live.Users > 0;
        }
    }

    /// <summary>Sandboxes that live.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _all.Values.Count(l => l.Sandbox is not null);
            }
        }
    }

    /// <summary>The sandbox, with everything that was asked for in it.</summary>
    /// <param name="live">The environment.</param>
    /// <param name="isFirst">Whether the user has not had the sandbox yet, so that another one may take its place.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ISandbox> SandboxAsync(LiveEnvironment live, bool isFirst, CancellationToken cancellationToken)
    {
        await live.Starting.WaitAsync(cancellationToken);
        try
        {
            var row = await ReadAsync(live, cancellationToken);
            if (live.Sandbox is { Ended.IsCompleted: true })
            {
                await ReleaseAsync(live);
            }

            if (live.Sandbox is not null && !row.Sealed.Span.SequenceEqual(live.Applied.Span))
            {
                var spec = forms.Open(row);
                if (isFirst && !LiveSpecs.Same(LiveSpecs.Literals(spec), live.Variables))
                {
                    await StopLockedAsync(live); // a process keeps the variables that it began with
                }
                else
                {
                    live.Network?.Replace(LiveSpecs.NetworkOf(row, spec));
                    live.Applied = (await sources.BringAsync(live, row, spec, live.Sandbox, cancellationToken)).Sealed;
                }
            }

            if (live.Sandbox is null)
            {
                await StartAsync(live, row, cancellationToken);
            }

            lock (_gate)
            {
                live.Holders += isFirst ? 1 : 0;
            }

            return live.Sandbox!;
        }
        finally
        {
            live.Starting.Release();
        }
    }

    /// <summary>Puts new rules in place where the sandbox lives; otherwise the next start has them.</summary>
    public void Replace(StoredEnvironment row, EnvironmentSpec spec)
    {
        LiveEnvironment? live;
        lock (_gate)
        {
            live = _all.GetValueOrDefault(row.Id);
        }

        live?.Network?.Replace(LiveSpecs.NetworkOf(row, spec));
    }

    /// <summary>Stops the sandbox of an environment, whoever uses it.</summary>
    public async Task StopAsync(string project, string id)
    {
        var live = Join(project, id);
        try
        {
            await live.Starting.WaitAsync(CancellationToken.None);
            try
            {
                await StopLockedAsync(live);
            }
            finally
            {
                live.Starting.Release();
            }
        }
        finally
        {
            Leave(live);
        }
    }

    /// <summary>Runs work while the environment's sandbox is stopped and cannot be started.</summary>
    /// <param name="live">The environment.</param>
    /// <param name="isPatient">Whether those who read or write files in it just now are waited for.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WhileStoppedAsync(LiveEnvironment live, bool isPatient, Func<Task> work, CancellationToken cancellationToken)
    {
        await live.Starting.WaitAsync(cancellationToken);
        try
        {
            if (isPatient)
            {
                await UnheldAsync(live, cancellationToken); // nobody new can begin meanwhile
            }

            await StopLockedAsync(live);
            await work();
        }
        finally
        {
            live.Starting.Release();
        }
    }

    private async Task UnheldAsync(LiveEnvironment live, CancellationToken cancellationToken)
    {
        Task unheld;
        lock (_gate)
        {
            live.Unheld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            unheld = live.Holders == 0 ? Task.CompletedTask : live.Unheld.Task;
        }

        try
        {
            await unheld.WaitAsync(options.UseWait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new ApiException(ErrorCode.Aborted, $"Files of the environment '{live.Id}' are being read or written. Try again later.", "environment");
        }
    }

    /// <summary>Stops what nobody has used for long.</summary>
    public async Task StopIdleAsync()
    {
        var before = time.GetUtcNow() - options.IdleTime;
        foreach (var live in Idle().Where(l => l.Left <= before))
        {
            await TryStopIdleAsync(live);
        }

        if (Count == 0)
        {
            await _next.ForgetAsync(isForGood: false);
        }
    }

    /// <summary>Stops everything: the server ends.</summary>
    public async Task StopAllAsync()
    {
        List<LiveEnvironment> all;
        lock (_gate)
        {
            all = [.. _all.Values];
        }

        await Task.WhenAll(all.Select(l => StopAsync(l.Project, l.Id)));
        await Task.WhenAll(all.Select(l => l.Watching));
        await _next.ForgetAsync(isForGood: true);
    }

    /// <summary>Makes way for those who wait for a place.</summary>
    public async Task MakeWayAsync()
    {
        if (_places.IsWanted)
        {
            await StopOldestAsync();
        }
    }

    /// <summary>Changes what is kept of an environment, one after the other.</summary>
    /// <param name="live">The environment.</param>
    /// <param name="change">Gives the new form; null when nothing is to be written.</param>
    /// <param name="isAsked">Whether it is what was asked for that changes, and not what the host says.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>As it is kept; null when it is gone.</returns>
    public Task<StoredEnvironment?> UpdateAsync(LiveEnvironment live, Func<StoredEnvironment, StoredEnvironment?> change, bool isAsked, CancellationToken cancellationToken) =>
        UpdateAsync(live, row => Task.FromResult(change(row)), isAsked, cancellationToken);

    /// <summary>The same with a change that takes its time.</summary>
    public async Task<StoredEnvironment?> UpdateAsync(LiveEnvironment live, Func<StoredEnvironment, Task<StoredEnvironment?>> change, bool isAsked, CancellationToken cancellationToken)
    {
        await live.Row.WaitAsync(cancellationToken);
        try
        {
            if (await store.GetAsync(live.Project, live.Id, cancellationToken) is not { } row)
            {
                return null;
            }

            if (await change(row) is not { } changed)
            {
                return row;
            }

            return await (isAsked ? store.ChangeAsync(changed, cancellationToken) : store.ReportAsync(changed, cancellationToken)) ? changed : null;
        }
        finally
        {
            live.Row.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<StoredEnvironment> ReadAsync(LiveEnvironment live, CancellationToken cancellationToken)
    {
        var row = await store.GetAsync(live.Project, live.Id, cancellationToken) ?? throw EnvironmentFaults.NotFound(live.Id, "environment");
        return row.State == EnvironmentState.Failed ? throw EnvironmentFaults.Failed(row) : row;
    }

    private async Task StartAsync(LiveEnvironment live, StoredEnvironment row, CancellationToken cancellationToken)
    {
        await disks.RequireRunnableAsync(cancellationToken);
        var spec = forms.Open(row);
        await _places.TakeAsync(StopOldestAsync, cancellationToken);
        ISandboxNetwork? network = null;
        ISandbox? sandbox = null;
        try
        {
            await disks.PrepareAsync(row, cancellationToken);
            network = networks?.Open(LiveSpecs.NetworkOf(row, spec));
            var variables = LiveSpecs.Literals(spec);
            var wanted = LiveSpecs.Of(row, variables, network, options);
            sandbox = await host.Engine.StartAsync(wanted, cancellationToken);
            row = await sources.BringAsync(live, row, spec, sandbox, cancellationToken);
            live.Set(sandbox, network, variables);
            live.Applied = row.Sealed;
            live.Watching = WatchAsync(live, sandbox);
            LogStarted(row.Id);
            _next.Prepare(wanted);
        }
        catch (Exception exception)
        {
            if (sandbox is not null)
            {
                await sandbox.DisposeAsync();
            }

            if (network is not null)
            {
                await network.DisposeAsync();
            }

            _places.Release();
            if (exception is SandboxException refused)
            {
                LogNotStarted(row.Id, refused.Message);
                if (refused.Kind == SandboxErrorKind.BadDisk)
                {
                    throw EnvironmentFaults.Failed(await disks.FailAsync(row, EnvironmentFaults.BadDisk, CancellationToken.None));
                }

                throw EnvironmentFaults.NotStarted(row.Id, refused);
            }

            throw;
        }
    }

    private async Task WatchAsync(LiveEnvironment live, ISandbox sandbox)
    {
        var end = await sandbox.Ended;
        if (end.Reason != SandboxEndReason.Stopped)
        {
            LogEnded(live.Id, end.Reason, end.Detail);
        }

        await live.Starting.WaitAsync(CancellationToken.None);
        try
        {
            if (live.Sandbox == sandbox)
            {
                await ReleaseAsync(live);
            }
        }
        finally
        {
            live.Starting.Release();
        }

        lock (_gate)
        {
            Forget(live);
        }
    }

    // Under Starting.
    private async Task ReleaseAsync(LiveEnvironment live)
    {
        var (sandbox, network) = live.Take();
        await sandbox!.DisposeAsync();
        if (network is not null)
        {
            await network.DisposeAsync();
        }

        _places.Release();
    }

    // Under Starting.
    private async Task StopLockedAsync(LiveEnvironment live)
    {
        if (live.Sandbox is not { } sandbox)
        {
            return;
        }

        var end = await sandbox.StopAsync(Grace, CancellationToken.None);
        await ReleaseAsync(live);
        LogStopped(live.Id);
        if (end.Reason == SandboxEndReason.Stopped)
        {
            await disks.OnStoppedAsync(live, this);
        }
    }

    private List<LiveEnvironment> Idle()
    {
        lock (_gate)
        {
            return [.. _all.Values.Where(l => l is { Users: 0, Sandbox: not null }).OrderBy(l => l.Left)];
        }
    }

    private async Task<bool> StopOldestAsync()
    {
        foreach (var live in Idle())
        {
            if (await TryStopIdleAsync(live))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> TryStopIdleAsync(LiveEnvironment live)
    {
        // Who starts it just now keeps it; waiting for that could be a ring.
        if (!await live.Starting.WaitAsync(0))
        {
            return false;
        }

        try
        {
            if (live.Sandbox is null || IsUsed(live.Id))
            {
                return false;
            }

            await StopLockedAsync(live);
        }
        finally
        {
            live.Starting.Release();
        }

        lock (_gate)
        {
            Forget(live);
        }

        return true;
    }

    // Under the gate.
    private void Forget(LiveEnvironment live)
    {
        if (live is { Users: 0, Sandbox: null } && _all.GetValueOrDefault(live.Id) == live)
        {
            _all.Remove(live.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The sandbox of {Environment} has started")]
    private partial void LogStarted(string environment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sandbox of {Environment} cannot be started: {Why}")]
    private partial void LogNotStarted(string environment, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The sandbox of {Environment} was stopped")]
    private partial void LogStopped(string environment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sandbox of {Environment} has ended by itself ({Reason}): {Detail}")]
    private partial void LogEnded(string environment, SandboxEndReason reason, string detail);
}
