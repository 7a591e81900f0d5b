using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>What this machine has for sandboxes. Nothing is opened before it is asked for: a server whose start is refused leaves nothing behind.</summary>
public sealed class SandboxHost : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<ISandboxEngine> _open;
    private readonly Lazy<string> _id;
    private readonly Func<string?, string>? _rootFileSystem;
    private readonly bool _isWorker;
    private ISandboxEngine? _engine;

    /// <summary>A machine that sandboxes could run on.</summary>
    /// <param name="directory">Where the host keeps what belongs to sandboxes.</param>
    /// <param name="id">Reads the host's id, the same after a restart.</param>
    /// <param name="engine">Opens the engine.</param>
    /// <param name="rootFileSystem">Says what a disk, or a new one, has as its system.</param>
    public SandboxHost(string directory, Func<string> id, Func<ISandboxEngine> engine, Func<string?, string>? rootFileSystem = null) =>
        (Directory, _id, _open, _rootFileSystem) = (directory, new Lazy<string>(id), engine, rootFileSystem);

    /// <summary>A machine that they cannot run on.</summary>
    /// <param name="obstacle">Why, as the end of a sentence for a caller.</param>
    /// <param name="directory">Where uploads are kept for environments of workers.</param>
    public SandboxHost(string obstacle, string directory = "")
        : this(directory, () => throw new InvalidOperationException(obstacle), () => throw new InvalidOperationException(obstacle)) => Obstacle = obstacle;

    /// <summary>A worker.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="line">Its connection.</param>
    /// <param name="directory">Where this server keeps uploads for its environments.</param>
    internal SandboxHost(string id, WorkerLine line, string directory)
        : this(directory, () => id, () => line.Engine) => _isWorker = true;

    /// <summary>Why there are no sandboxes, as the end of a sentence for a caller; null when there may be.</summary>
    public string? Obstacle { get; }

    /// <summary>Where the host keeps what belongs to sandboxes.</summary>
    public string Directory { get; }

    /// <summary>The host's id.</summary>
    public string Id => _id.Value;

    /// <summary>What sandboxes see as their system: <c>host</c>, <c>built ID</c> or <c>path</c>; null when that is not known. Opens nothing.</summary>
    /// <param name="disk">The disk that has it, or gets it at its next start; null for a new one.</param>
    public string? RootFileSystem(string? disk = null) => _rootFileSystem?.Invoke(disk);

    /// <summary>The engine, opened when it is asked for first.</summary>
    /// <exception cref="ApiException">It cannot be opened now, as when another server has its directory.</exception>
    public ISandboxEngine Engine
    {
        get
        {
            if (_isWorker)
            {
                return _open(); // another one with each connection
            }

            lock (_gate)
            {
                try
                {
                    return _engine ??= _open();
                }
                catch (SandboxException)
                {
                    throw new ApiException(ErrorCode.ServiceUnavailable, "This server runs no sandboxes now: another server process has their directory.", retryAfter: TimeSpan.FromSeconds(5));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            (_engine as IDisposable)?.Dispose();
        }
    }
}
