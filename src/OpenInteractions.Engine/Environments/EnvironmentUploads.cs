using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Engine.Environments;

/// <summary>
/// Uploads that come in several requests, as files of the host until they are whole: what was acknowledged is there after a crash. Their names are the server's own, so nothing that a
/// caller says becomes a path.
/// </summary>
public sealed class EnvironmentUploads(SandboxHost host, IOptions<EnvironmentOptions> options, TimeProvider time)
{
    /// <summary>Most uploads of an environment that have begun and not ended.</summary>
    private const int MaxOpen = 32;

    /// <summary>Most answers of an environment's uploads that are kept for those who did not hear them.</summary>
    private const int MaxAnswers = 256;

    private const int PartLength = 1 << 20;
    private const string Prefix = "up_";
    private const string Uploads = "uploads";
    private const string Answered = ".answer";

    /// <summary>Most bytes of a file.</summary>
    public long MaxLength => options.Value.MaxUploadBytes;

    private string Root => Path.Combine(host.Directory, Uploads);

    /// <summary>Begins one.</summary>
    /// <param name="environment">The environment's id.</param>
    /// <param name="announced">How long it will be, or null when that was not said.</param>
    /// <returns>Its id.</returns>
    public string Begin(string environment, long? announced)
    {
        if (announced > MaxLength)
        {
            throw TooLong();
        }

        var directory = Path.Combine(Root, environment);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Sweep(directory);
        if (Directory.GetFiles(directory).Count(f => !f.EndsWith(Answered, StringComparison.Ordinal)) >= MaxOpen)
        {
            throw new ApiException(
                ErrorCode.TooManyRequests, $"{MaxOpen} uploads to the environment '{environment}' have begun and not ended. Finish or cancel them, or try again later.", retryAfter: TimeSpan.FromMinutes(1));
        }

        var id = InteractionId.Random(Prefix);
        File.Create(PathOf(environment, id)).Dispose();
        return id;
    }

    /// <summary>How many bytes are kept.</summary>
    /// <exception cref="ApiException">There is no such upload.</exception>
    public long LengthOf(string environment, string id)
    {
        var file = new FileInfo(PathOf(environment, id));
        return file.Exists ? file.Length : throw Missing(id);
    }

    /// <summary>Keeps more of it; durable when this returns.</summary>
    /// <param name="environment">The environment's id.</param>
    /// <param name="id">The upload.</param>
    /// <param name="offset">Where the bytes belong, or null behind what is kept.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="check">Told how many are kept then, before they are.</param>
    /// <param name="cancellationToken">Ends the work; what has come by then is kept.</param>
    /// <returns>How many are kept.</returns>
    public async Task<long> AppendAsync(string environment, string id, long? offset, Stream content, Action<long> check, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(check);
        await using var file = Open(environment, id);
        if (offset is { } expected && expected != file.Length)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"The bytes begin at {expected}, and {file.Length} are kept. Ask with 'X-Goog-Upload-Command: query', and send from there on.", "X-Goog-Upload-Offset");
        }

        file.Seek(0, SeekOrigin.End);
        var part = System.Buffers.ArrayPool<byte>.Shared.Rent(PartLength);
        try
        {
            int read;
            while ((read = await content.ReadAtLeastAsync(part.AsMemory(0, PartLength), PartLength, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                check(file.Length + read);
                await file.WriteAsync(file.Length + read > MaxLength ? throw TooLong() : part.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(part);
            file.Flush(flushToDisk: true);
        }

        return file.Length;
    }

    /// <summary>Opens it for reading, and for nobody else.</summary>
    public Stream Read(string environment, string id) => Open(environment, id);

    /// <summary>Keeps what was answered, for those who did not hear it, and forgets the bytes.</summary>
    public void Finish(string environment, string id, ReadOnlySpan<byte> answer)
    {
        var path = PathOf(environment, id);
        File.WriteAllBytes(path + Answered, answer);
        File.Delete(path);
        foreach (var old in Directory.GetFiles(Path.GetDirectoryName(path)!, "*" + Answered).OrderByDescending(File.GetLastWriteTimeUtc).Skip(MaxAnswers))
        {
            File.Delete(old);
        }
    }

    /// <summary>What was answered when it ended; null when it has not.</summary>
    public byte[]? AnswerOf(string environment, string id) => PathOf(environment, id) + Answered is var path && File.Exists(path) ? File.ReadAllBytes(path) : null;

    /// <summary>Forgets it.</summary>
    public void Cancel(string environment, string id)
    {
        _ = LengthOf(environment, id);
        File.Delete(PathOf(environment, id));
    }

    /// <summary>Forgets those of an environment that is gone.</summary>
    internal static void Remove(SandboxHost host, string environment)
    {
        if (Path.Combine(host.Directory, Uploads, environment) is var directory && Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Forgets those that rest for too long.</summary>
    internal void Sweep()
    {
        foreach (var directory in Directory.Exists(Root) ? Directory.GetDirectories(Root) : [])
        {
            Sweep(directory);
        }
    }

    private void Sweep(string directory)
    {
        var before = time.GetUtcNow() - options.Value.UploadLifetime;
        foreach (var file in Directory.GetFiles(directory).Where(f => File.GetLastWriteTimeUtc(f) < before.UtcDateTime))
        {
            File.Delete(file);
        }
    }

    private FileStream Open(string environment, string id)
    {
        try
        {
            return new FileStream(PathOf(environment, id), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(id);
        }
        catch (IOException)
        {
            throw new ApiException(ErrorCode.Aborted, $"Another request writes to the upload '{Excerpt.Of(id)}'. Send one after the other.", "upload_id");
        }
    }

    // Both are the server's own words; what is not, is none.
    private string PathOf(string environment, string id) =>
        id.StartsWith(Prefix, StringComparison.Ordinal) && id.Length <= 40 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? Path.Combine(Root, environment, id) : throw Missing(id);

    private static ApiException Missing(string id) => new(ErrorCode.NotFound, $"There is no upload '{Excerpt.Of(id)}'. It has ended, or rested for too long: begin a new one.", "upload_id");

    private ApiException TooLong() => new(ErrorCode.RequestTooLarge, $"The file is larger than {MaxLength} bytes, the most that is taken ({EnvironmentOptions.Section}:{nameof(EnvironmentOptions.MaxUploadBytes)}).");
}
