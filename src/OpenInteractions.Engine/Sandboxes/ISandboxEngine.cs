namespace OpenInteractions.Engine.Sandboxes;

/// <summary>A way to run what nobody trusts. Disks outlive sandboxes; a sandbox is a live process tree with one disk.</summary>
public interface ISandboxEngine
{
    /// <summary>The engine's name, as in settings.</summary>
    string Name { get; }

    /// <summary>Tries each wall and each limit on this machine, once; later calls give the same report. What refuses starts is tried again after a minute.</summary>
    /// <param name="cancellationToken">Ends the trial.</param>
    Task<PreflightReport> PreflightAsync(CancellationToken cancellationToken);

    /// <summary>Makes an empty disk.</summary>
    /// <param name="disk">Its name: 1 to 64 letters, digits, <c>-</c> or <c>_</c>.</param>
    /// <param name="slot">The uid slot whose sandboxes will use it, 0 to 65535.</param>
    /// <param name="bytes">How much fits on it, from 16 MiB; what is empty takes no room on the host.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left of it.</param>
    /// <exception cref="SandboxException">There is one of that name, or the host has no room.</exception>
    Task CreateDiskAsync(string disk, int slot, long bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Says what the next new disk will probably be for, so that the engine may begin beforehand: whoever then creates a disk of that slot and size, and starts a sandbox like that on it, waits less.
    /// What was prepared before and does not fit any more ends. An engine that cannot do so does nothing.
    /// </summary>
    /// <param name="like">What is expected; its name, disk, variables and rules of the way out do not matter. Null when nothing is expected any more.</param>
    /// <param name="bytes">The size of the disk.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left of it.</param>
    /// <exception cref="SandboxException">It could not be prepared.</exception>
    Task ExpectAsync(SandboxSpec? like, long bytes, CancellationToken cancellationToken);

    /// <summary>Makes a disk that holds what another one holds now. No sandbox may be using that one.</summary>
    /// <param name="source">The one to copy.</param>
    /// <param name="disk">The new one's name.</param>
    /// <param name="slot">The uid slot of the new one; files of the old slot become files of this one.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left of it.</param>
    /// <exception cref="SandboxException">The source is missing or in use, or the new one exists.</exception>
    Task ForkDiskAsync(string source, string disk, int slot, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a disk that holds what another one holds at one moment, also while a sandbox uses that one: what is written there meanwhile waits. It is durable when this returns. No sandbox is to be
    /// started on it; it is there to be forked.
    /// </summary>
    /// <param name="source">The one to copy.</param>
    /// <param name="disk">The new one's name.</param>
    /// <param name="limit">Bytes that it may take on the host.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left of it.</param>
    /// <returns>Bytes that it takes on the host; null when it would take more than the limit, and was not made.</returns>
    /// <exception cref="SandboxException">The source is missing or cannot be held still, or the new one exists.</exception>
    /// <exception cref="IOException">The host has no room.</exception>
    Task<long?> SnapshotDiskAsync(string source, string disk, long limit, CancellationToken cancellationToken);

    /// <summary>Deletes a disk.</summary>
    /// <param name="disk">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="SandboxException">A sandbox uses it.</exception>
    Task<bool> DeleteDiskAsync(string disk, CancellationToken cancellationToken);

    /// <summary>The disks that there are.</summary>
    IReadOnlyList<string> Disks();

    /// <summary>How often a disk was noted as complete; null when there is no such disk.</summary>
    /// <param name="disk">Its name.</param>
    long? GenerationOf(string disk);

    /// <summary>Notes a disk as complete once more. Durable when this returns.</summary>
    /// <param name="disk">Its name.</param>
    /// <param name="generation">The count.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task SetGenerationAsync(string disk, long generation, CancellationToken cancellationToken);

    /// <summary>Writes a disk that no sandbox uses as an image: compressed, without what is empty.</summary>
    /// <param name="disk">Its name.</param>
    /// <param name="target">Where to.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SandboxException">There is no such disk, or this engine's disks are no images.</exception>
    Task ExportDiskAsync(string disk, Stream target, CancellationToken cancellationToken);

    /// <summary>Makes a disk of an image, which another host may have written.</summary>
    /// <param name="disk">The new disk's name.</param>
    /// <param name="slot">Its uid slot; files of the image's become files of this one.</param>
    /// <param name="source">The image.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left of it.</param>
    /// <exception cref="SandboxException">The image is not whole or not sound, or there is a disk of that name.</exception>
    Task ImportDiskAsync(string disk, int slot, Stream source, CancellationToken cancellationToken);

    /// <summary>How full the file system is that disks are on, 0 to 100.</summary>
    int UsedPercent();

    /// <summary>Starts a sandbox. What the preflight found missing, and the operator did not give up by name, refuses it.</summary>
    /// <param name="spec">What it gets.</param>
    /// <param name="cancellationToken">Ends the start; nothing is left of it.</param>
    /// <exception cref="SandboxException">It cannot be started; the message says why and what to do.</exception>
    Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken);

    /// <summary>Ends and removes what an earlier process of this server left behind. Called before the first start.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was found, one line each; empty when there was nothing.</returns>
    Task<IReadOnlyList<string>> ReapAsync(CancellationToken cancellationToken);
}
