namespace OpenInteractions.Sandboxes.Linux;

/// <summary>
/// A copy of the empty disk that was wanted last, made beforehand: while the sandbox of that one starts, so that the next one has only to take it. It lies beside the empty
/// disks, which a server makes anew when it starts.
/// </summary>
internal sealed class SpareDisk : IDisposable
{
    private readonly Lock _lock = new();
    private Task _making = Task.CompletedTask;
    private string? _ready;

    /// <summary>Moves the spare one to where it is wanted.</summary>
    /// <returns>False when there is none of this kind yet.</returns>
    public bool TryTake(string empty, string target)
    {
        lock (_lock)
        {
            if (_ready != PathOf(empty))
            {
                return false;
            }

            File.Move(_ready, target);
            _ready = null;
            return true;
        }
    }

    /// <summary>Begins to make the next one, unless it is there.</summary>
    public void Prepare(string empty)
    {
        lock (_lock)
        {
            if (_making.IsCompleted && _ready != PathOf(empty))
            {
                var old = _ready ?? PathOf(empty);
                _ready = null;
                _making = Task.Run(() => Make(empty, old));
            }
        }
    }

    public void Dispose() => _making.GetAwaiter().GetResult();

    private void Make(string empty, string old)
    {
        try
        {
            File.Delete(old);
            SparseCopy.Copy(empty, PathOf(empty), CancellationToken.None);
            lock (_lock)
            {
                _ready = PathOf(empty);
            }
        }
        catch (IOException)
        {
            // The next disk is copied when it is wanted, and says what is wrong.
        }
    }

    private static string PathOf(string empty) => $"{empty}.spare";
}
