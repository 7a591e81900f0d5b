using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Contracts.Keys;

/// <summary>
/// The file <c>keys.json</c> of a data directory: keys that are to be taken into the store of the server there. Who writes it needs neither a server nor the
/// store, which one process has for itself; the server takes it at its start, and within a second while it runs. Before there was a table of keys, it was what the server went by.
/// </summary>
public sealed class ApiKeyFile(string path)
{
    /// <summary>The file's name in a data directory.</summary>
    public const string FileName = "keys.json";

    /// <summary>What every key begins with.</summary>
    public const string KeyPrefix = "oi_";

    /// <summary>What the name of the first file that was taken ends with from then on.</summary>
    public const string Imported = ".imported";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>How long a change waits for another one. A change takes milliseconds.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(10);

    /// <summary>True when the file is there, with keys or without.</summary>
    public bool Exists => File.Exists(path) || Directory.Exists(path);

    /// <summary>Changes when the file does.</summary>
    public (DateTimeOffset Written, long Length) Version => new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    /// <summary>The hash by which a key is known.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>A new key, and what is kept of it.</summary>
    public static (ApiKeyEntry Entry, string Key) NewKey(string project, DateTimeOffset now)
    {
        var key = KeyPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (new ApiKeyEntry { Id = "key_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10)), Project = project, Sha256 = Hash(key), Created = now }, key);
    }

    /// <summary>The keys; none when there is no file.</summary>
    /// <exception cref="KeyFileException">The file cannot be read, or is not what <c>oi keys</c> writes.</exception>
    public IReadOnlyList<ApiKeyEntry> Read()
    {
        if (Directory.Exists(path))
        {
            throw new KeyFileException($"'{path}' is a directory; it must be the file of API keys that 'oi keys create' makes. Move it away.");
        }

        try
        {
            var keys = JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyJson.Default.IReadOnlyListApiKeyEntry);
            return keys is not null && keys.All(k => k is { Id: not null, Project: not null, Sha256: not null }) ? keys : throw Broken();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException)
        {
            throw Broken();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException and not KeyFileException)
        {
            throw new KeyFileException($"The file of API keys '{path}' cannot be read: {exception.Message}");
        }
    }

    /// <summary>Adds a key, or says of one that it is revoked. It is on the disk when the task ends.</summary>
    /// <exception cref="KeyFileException">The file that is there is something else.</exception>
    public async Task AddAsync(ApiKeyEntry entry, CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(cancellationToken);
        Write([.. Read().Where(k => k.Id != entry.Id), entry]);
    }

    /// <summary>Hands the keys to who keeps them from now on, and puts the file away. Nobody adds one meanwhile.</summary>
    /// <param name="take">Keeps them; the file stays when that fails.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the file could not be put away: it is somebody else's, such as one that was mounted here.</returns>
    /// <exception cref="KeyFileException">The file is not what <c>oi keys</c> writes.</exception>
    public async Task<bool> TakeAsync(Func<IReadOnlyList<ApiKeyEntry>, Task> take, CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(cancellationToken);
        if (!Exists)
        {
            return true;
        }

        await take(Read());
        try
        {
            // The first one may hold all that a server of an earlier version knew. Those that come later hold a key or two.
            if (File.Exists(path + Imported))
            {
                File.Delete(path);
            }
            else
            {
                File.Move(path, path + Imported);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Changes come one after the other: each reads what the one before wrote. The lock is a file of its own, which stays: the keys' own is replaced by
    /// every change, and one that is removed could be held twice.
    /// </summary>
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                // FileShare.None is flock(LOCK_EX) on Unix; it goes with the process.
                return new FileStream(path + ".lock", new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly });
            }
            catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && TimeProvider.System.GetElapsedTime(since) < LockPatience)
            {
                await Task.Delay(LockPause, TimeProvider.System, cancellationToken);
            }
        }
    }

    // Written beside and moved over: a server that reads in this moment sees the old file or the new one.
    private void Write(IReadOnlyList<ApiKeyEntry> keys)
    {
        var fresh = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        try
        {
            using (var stream = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                JsonSerializer.Serialize(stream, keys, KeyJson.Default.IReadOnlyListApiKeyEntry);
                stream.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
        }
        catch
        {
            File.Delete(fresh);
            throw;
        }
    }

    private KeyFileException Broken() => new(
        $"The file '{path}' is not a list of API keys as 'oi keys' writes it. Restore it from a backup, or write [] into it and make new keys with 'oi keys create'.");
}

/// <summary>The file of keys cannot be used; the message says what to do, for who runs the server.</summary>
public sealed class KeyFileException(string message) : IOException(message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyEntry>))]
internal sealed partial class KeyJson : JsonSerializerContext;
