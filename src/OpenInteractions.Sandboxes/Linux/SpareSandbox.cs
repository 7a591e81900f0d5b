using OpenInteractions.Sandboxes.Roots;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// A sandbox on an empty disk, started before anybody asked for it: for the next new disk of its slot. It has every wall and every limit, and no command has run in it. Whoever gets it first gives
/// its disk a name, then the sandbox his own name, variables and way out. Where it does not fit it ends, and everything is made in the ordinary way.
/// </summary>
/// <param name="disks">Where its disk is.</param>
/// <param name="roots">What its disk has as its system.</param>
/// <param name="start">Starts it under its own name.</param>
/// <param name="adopt">Makes it somebody else's.</param>
internal sealed class SpareSandbox(Disks disks, RootCatalog roots, Func<SandboxSpec, CancellationToken, Task<LinuxSandbox>> start, Action<LinuxSandbox, SandboxSpec> adopt) : IAsyncDisposable
{
    /// <summary>The name of its disk until somebody takes that.</summary>
    public const string Disk = "spare";

    private readonly SemaphoreSlim _gate = new(1);
    private volatile SandboxSpec? _spec; // known while it is being made: who wants that slot waits for it
    private LinuxSandbox? _sandbox;
    private string _system = "";
    private long _bytes;
    private int _made;

    /// <summary>Makes one, unless there is such a one.</summary>
    public async Task PrepareAsync(SandboxSpec like, long bytes, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_spec is { Disk: Disk } spare && spare.Slot == like.Slot && Fits(like, bytes))
            {
                return;
            }

            await EndAsync();
            _spec = like with { Id = $"{Disk}-{++_made}", Disk = Disk, Environment = new Dictionary<string, string>(), Network = like.Network is null ? null : ClosedNetwork.Instance };
            try
            {
                await disks.CreateAsync(Disk, like.Slot, bytes, cancellationToken);
                (_sandbox, _bytes) = (await start(_spec, cancellationToken), bytes);
                _system = roots.NameFor(Disk);
            }
            catch
            {
                await EndAsync();
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Gives its disk a name, where that is what a new disk is to be.</summary>
    /// <returns>False when the disk is to be made.</returns>
    public async Task<bool> TryTakeDiskAsync(string disk, int slot, long bytes, CancellationToken cancellationToken)
    {
        if (_spec is not { Disk: Disk } expected || expected.Slot != slot)
        {
            return false;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_spec is not { Disk: Disk } spare || spare.Slot != slot)
            {
                return false;
            }

            if (!Fits(spare, bytes))
            {
                await EndAsync();
                return false;
            }

            disks.Rename(Disk, disk);
            roots.Rename(Disk, disk);
            _spec = spare with { Disk = disk };
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The sandbox, for who has its disk. Who has its slot and another disk ends it.</summary>
    /// <returns>Null when one is to be started.</returns>
    public async Task<LinuxSandbox?> TryTakeAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        if (!Concerns(spec))
        {
            return null;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!Concerns(spec))
            {
                return null;
            }

            if (_spec!.Disk != spec.Disk || !Fits(spec, _bytes))
            {
                await EndAsync();
                return null;
            }

            var sandbox = _sandbox!;
            adopt(sandbox, spec);
            (_spec, _sandbox) = (null, null);
            return sandbox;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends it where its disk has this name: somebody does something else with that.</summary>
    public async Task LetGoAsync(string disk)
    {
        if (_spec?.Disk != disk)
        {
            return;
        }

        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (_spec?.Disk == disk)
            {
                await EndAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends it.</summary>
    public async Task EndAllAsync()
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            await EndAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAllAsync();
        _gate.Dispose();
    }

    private bool Concerns(SandboxSpec spec) => _spec is { } spare && (spare.Slot == spec.Slot || spare.Disk == spec.Disk);

    private bool Fits(SandboxSpec spec, long bytes) =>
        _sandbox is { IsAlive: true } && _bytes == bytes && _spec!.Limits == spec.Limits && _spec.RootFileSystem == spec.RootFileSystem && _spec.Network is null == spec.Network is null
        && _system == roots.NameFor(null);

    // Under the gate.
    private async Task EndAsync()
    {
        var (sandbox, spec) = (_sandbox, _spec);
        (_sandbox, _spec) = (null, null);
        if (sandbox is not null)
        {
            await sandbox.DisposeAsync();
        }

        if (spec is { Disk: Disk })
        {
            await disks.DeleteWhenFreeAsync(Disk, CancellationToken.None);
            await roots.ForgetAsync(Disk);
        }
    }

    /// <summary>The way out before there is an owner whose rules would say where to.</summary>
    private sealed class ClosedNetwork : ISandboxNetwork
    {
        public static readonly ClosedNetwork Instance = new();

        public IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>();

        public string? Authority => null;

        public void Replace(SandboxNetworkSpec spec)
        {
            // Nobody's rules are here.
        }

        public Task ServeAsync(SandboxConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => default;
    }
}
