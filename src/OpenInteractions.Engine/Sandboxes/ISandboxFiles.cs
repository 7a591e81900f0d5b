namespace OpenInteractions.Engine.Sandboxes;

/// <summary>
/// Files of a sandbox. Every path is absolute, looked up inside, and done with the rights of the sandbox's commands, so it cannot lead to the host. What goes wrong
/// is a <see cref="SandboxException"/> with <see cref="SandboxErrorKind.File"/> and the system's error number.
/// </summary>
public interface ISandboxFiles
{
    /// <summary>What a path is. A link is not followed.</summary>
    Task<SandboxEntry> StatAsync(string path, CancellationToken cancellationToken);

    /// <summary>What a directory holds, by name.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="recursive">Whether everything below too; links are not followed.</param>
    /// <param name="pattern">A name with <c>*</c> and <c>?</c>, or null for all.</param>
    /// <param name="limit">Entries at most, 1 to 100,000.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<SandboxEntries> ListAsync(string path, bool recursive, string? pattern, int limit, CancellationToken cancellationToken);

    /// <summary>Reads a part of a regular file into a stream.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Bytes before the part.</param>
    /// <param name="length">Bytes at most.</param>
    /// <param name="target">Where to.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether the file goes on behind the part.</returns>
    Task<bool> ReadAsync(string path, long offset, long length, Stream target, CancellationToken cancellationToken);

    /// <summary>Writes a file as a whole: others see the old content or the new one, never a part.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its content.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the work; the old file stays.</param>
    /// <returns>Bytes written.</returns>
    Task<long> WriteAsync(string path, Stream content, WriteOptions options, CancellationToken cancellationToken);

    /// <summary>Makes a directory, and those above it; one that is there already is fine.</summary>
    Task MakeDirectoryAsync(string path, CancellationToken cancellationToken);

    /// <summary>Removes a file, a link or a directory.</summary>
    /// <param name="path">Which.</param>
    /// <param name="recursive">Whether a directory may hold something.</param>
    /// <param name="cancellationToken">Ends the work; some may be gone.</param>
    Task RemoveAsync(string path, bool recursive, CancellationToken cancellationToken);

    /// <summary>Gives a file or directory another name on the same disk.</summary>
    Task RenameAsync(string path, string target, bool overwrite, CancellationToken cancellationToken);

    /// <summary>Finds lines of text files.</summary>
    /// <param name="path">A file, or a directory and all below it.</param>
    /// <param name="text">What to find.</param>
    /// <param name="isExpression">Whether that is a regular expression (without look-around and back-references, which take more than linear time).</param>
    /// <param name="limit">Matches at most, 1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<SandboxMatches> SearchAsync(string path, string text, bool isExpression, int limit, CancellationToken cancellationToken);

    /// <summary>Writes a directory as a tar archive: files, directories and links.</summary>
    Task TarOutAsync(string path, Stream target, CancellationToken cancellationToken);

    /// <summary>Unpacks a tar archive below a directory that exists. An entry that would leave it refuses the archive; what came before that entry stays.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="archive">The archive, not compressed.</param>
    /// <param name="overwrite">Whether files that exist are replaced.</param>
    /// <param name="limit">Bytes of content at most.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Entries unpacked.</returns>
    Task<long> TarInAsync(string path, Stream archive, bool overwrite, long limit, CancellationToken cancellationToken);

    /// <summary>Reads a tar archive through as <see cref="TarInAsync"/> would, and writes nothing.</summary>
    /// <param name="path">An absolute path, for the words of a failure.</param>
    /// <param name="archive">The archive, not compressed.</param>
    /// <param name="most">Entries at most, 1 to 100,000.</param>
    /// <param name="limit">Bytes of content at most.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What it would write, in its order.</returns>
    Task<IReadOnlyList<ArchiveEntry>> TarCheckAsync(string path, Stream archive, int most, long limit, CancellationToken cancellationToken);
}

/// <summary>What an archive would write.</summary>
/// <param name="Path">Below the directory where it goes.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
public sealed record ArchiveEntry(string Path, bool IsDirectory);

/// <summary>How a file is written.</summary>
public sealed record WriteOptions
{
    /// <summary>Whether a file that exists is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether directories above are made.</summary>
    public bool MakeParents { get; init; }

    /// <summary>Permission bits, 1 to 0777 (octal); 0 keeps those of the old file, and gives a new one 0644.</summary>
    public int Mode { get; init; }

    /// <summary>Bytes at most.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>Whether a link is written through, as commands do it, and not replaced.</summary>
    public bool FollowsLink { get; init; }
}

/// <summary>What a path is.</summary>
/// <param name="Path">The path; in a list, from the listed directory on. Bytes that are no UTF-8 are as in addresses, <c>%E9</c>.</param>
/// <param name="Kind">File, directory, link or something else.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">The owner, as the sandbox numbers it.</param>
/// <param name="Modified">When its content changed last, by the sandbox's word.</param>
/// <param name="LinkTarget">Where a link leads; empty otherwise.</param>
public sealed record SandboxEntry(string Path, SandboxEntryKind Kind, long Size, int Mode, long Uid, DateTimeOffset Modified, string LinkTarget)
{
    /// <summary>When it was made, by the sandbox's word; null where its file system does not know. A file that is replaced is made anew.</summary>
    public DateTimeOffset? Created { get; init; }
}

/// <summary>Entries of a directory.</summary>
/// <param name="Items">Them.</param>
/// <param name="Truncated">Whether there are more.</param>
public sealed record SandboxEntries(IReadOnlyList<SandboxEntry> Items, bool Truncated);

/// <summary>Lines that were found.</summary>
/// <param name="Items">Them.</param>
/// <param name="Truncated">Whether there are more.</param>
public sealed record SandboxMatches(IReadOnlyList<SandboxMatch> Items, bool Truncated);

/// <summary>A line that was found.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Text">The line, 500 characters at most.</param>
public sealed record SandboxMatch(string Path, int Line, string Text);

/// <summary>What an entry of a directory is.</summary>
public enum SandboxEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A socket, a pipe or a device.</summary>
    Other,
}
