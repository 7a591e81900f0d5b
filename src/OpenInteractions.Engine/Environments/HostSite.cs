using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Engine.Environments;

/// <summary>One host as this node serves it: its disks, and what lives on it.</summary>
internal sealed class HostSite(SandboxHost host, EnvironmentDisks disks, LiveEnvironments live, Checkpoints checkpoints) : IDisposable
{
    public SandboxHost Host => host;

    public EnvironmentDisks Disks => disks;

    public LiveEnvironments Live => live;

    public Checkpoints Checkpoints => checkpoints;

    /// <summary>The worker that it is; null for this machine.</summary>
    public StoredWorker? Worker { get; init; }

    public void Dispose()
    {
        live.Dispose();
        disks.Dispose();
    }
}

/// <summary>The engine of a worker, which comes and goes with its connection.</summary>
internal sealed class WorkerLine(string id, TimeProvider time)
{
    private readonly Lock _gate = new();
    private ISandboxEngine? _engine;
    private DateTimeOffset _since;

    public bool IsConnected
    {
        get
        {
            lock (_gate)
            {
                return _engine is not null;
            }
        }
    }

    /// <exception cref="ApiException">It is away.</exception>
    public ISandboxEngine Engine
    {
        get
        {
            lock (_gate)
            {
                return _engine ?? throw EnvironmentFaults.Away(id, _since);
            }
        }
    }

    public void Connect(ISandboxEngine engine)
    {
        lock (_gate)
        {
            _engine = engine;
        }
    }

    public void Disconnect(ISandboxEngine engine)
    {
        lock (_gate)
        {
            if (_engine == engine)
            {
                (_engine, _since) = (null, time.GetUtcNow());
            }
        }
    }
}
