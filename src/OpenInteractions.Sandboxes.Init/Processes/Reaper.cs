namespace OpenInteractions.Sandboxes.Init.Processes;

/// <summary>Takes every child that ended, whoever started it: what loses its parent inside becomes a child of the init.</summary>
internal sealed unsafe class Reaper(Action wake)
{
    private readonly Lock _lock = new();
    private readonly Queue<Ending> _ended = new();
    private readonly AutoResetEvent _spawned = new(initialState: false);
    private volatile bool _isIdle = true;

    /// <summary>Whether there is no child at all.</summary>
    public bool IsIdle => _isIdle;

    public void Start() => new Thread(Run, maxStackSize: 128 * 1024) { IsBackground = true }.Start();

    /// <summary>Before a child is started.</summary>
    public void Expect() => _isIdle = false;

    /// <summary>After a child was started, or could not be.</summary>
    public void OnSpawned() => _spawned.Set();

    public Ending? TryTake()
    {
        lock (_lock)
        {
            return _ended.Count > 0 ? _ended.Dequeue() : null;
        }
    }

    private void Run()
    {
        const int Words = 18; // struct rusage: two times of two words each, then fourteen counters
        var usage = stackalloc long[Words];
        while (true)
        {
            int status;
            var pid = Native.Wait(-1, &status, 0, usage);
            if (pid > 0)
            {
                lock (_lock)
                {
                    _ended.Enqueue(new Ending(pid, status, ((usage[0] + usage[2]) * 1_000_000) + usage[1] + usage[3], usage[4]));
                }

                wake();
            }
            else if (Native.Error == Native.ECHILD)
            {
                // Nothing below, and nothing can be: what is reparented to here came from a child of here.
                _isIdle = true;
                wake();
                _spawned.WaitOne();
            }
        }
    }
}
