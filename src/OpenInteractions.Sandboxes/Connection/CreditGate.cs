using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>How much the other side still takes of one stream.</summary>
/// <param name="most">What it takes before it says more.</param>
internal sealed class CreditGate(int most = FrameHeader.FirstCredit)
{
    private readonly Lock _lock = new();
    private long _available = most;
    private TaskCompletionSource? _more;
    private bool _closed;

    public void Grant(int bytes)
    {
        lock (_lock)
        {
            if (bytes <= 0 || _available + bytes > most)
            {
                throw new FrameException("More credit than was used.");
            }

            _available += bytes;
            _more?.TrySetResult();
            _more = null;
        }
    }

    /// <summary>Nothing will be taken any more: who waits goes on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _more?.TrySetResult();
            _more = null;
        }
    }

    /// <summary>Takes as much as there is, up to what is wanted; waits for some.</summary>
    /// <returns>Bytes that may be sent; 0 when nothing is taken any more.</returns>
    public async Task<int> TakeAsync(int wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_closed)
                {
                    return 0;
                }

                if (_available > 0)
                {
                    var taken = (int)Math.Min(Math.Min(wanted, _available), FrameHeader.MaxData);
                    _available -= taken;
                    return taken;
                }

                _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _more.Task;
            }

            await more.WaitAsync(cancellationToken);
        }
    }
}
