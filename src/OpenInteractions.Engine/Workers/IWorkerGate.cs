using System.Net.WebSockets;

namespace OpenInteractions.Engine.Workers;

/// <summary>Takes the connections of workers.</summary>
public interface IWorkerGate
{
    /// <summary>Serves the line of a worker that has the lease, until it ends.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="epoch">Its lease.</param>
    /// <param name="socket">The line.</param>
    /// <param name="cancellationToken">The connection is gone.</param>
    Task ServeAsync(StoredWorker worker, long epoch, WebSocket socket, CancellationToken cancellationToken);

    /// <summary>Whether somebody here waits for a stream of a worker.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="stream">The stream, by the name that the worker was told.</param>
    bool Awaits(string worker, string stream);

    /// <summary>Hands a stream to who waits for it, until it ends.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="socket">Its bytes.</param>
    /// <param name="cancellationToken">The connection is gone.</param>
    Task CarryAsync(string worker, string stream, WebSocket socket, CancellationToken cancellationToken);
}
