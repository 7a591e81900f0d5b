using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Contracts.Keys;

/// <summary>
/// The file <c>keys.json</c> of a data directory, which the server reads and <c>oi keys</c> writes. It is a file and not a table, so that a key can be made before a server is there that would accept it.
/// </summary>
public sealed class ApiKeyFile(string path)
{
    /// <summary>The file's name in a data directory.</summary>
    public const string FileName = "keys.json";

    /// <summary>What every key begins with.</summary>
    public const string KeyPrefix = "oi_";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Changes when the file does.</summary>
    public DateTimeOffset Version => File.GetLastWriteTimeUtc(path);

    /// <summary>The hash by which a key is known.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>The keys; none when there is no file.</summary>
    public IReadOnlyList<ApiKeyEntry> Read() =>
        File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyJson.Default.IReadOnlyListApiKeyEntry)! : [];

    /// <summary>Makes a key. It is shown this once and kept nowhere.</summary>
    public (ApiKeyEntry Entry, string Key) Create(string project, DateTimeOffset now)
    {
        var key = KeyPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var entry = new ApiKeyEntry { Id = "key_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10)), Project = project, Sha256 = Hash(key), Created = now };
        Write([.. Read(), entry]);
        return (entry, key);
    }

    /// <summary>Ends a key.</summary>
    /// <returns>False when there is none of this id.</returns>
    public bool Revoke(string id)
    {
        var keys = Read();
        if (!keys.Any(k => k.Id == id))
        {
            return false;
        }

        Write([.. keys.Where(k => k.Id != id)]);
        return true;
    }

    // Written beside and moved over: a server that reads in this moment sees the old file or the new one.
    private void Write(IReadOnlyList<ApiKeyEntry> keys)
    {
        var fresh = path + ".new";
        using (var stream = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            JsonSerializer.Serialize(stream, keys, KeyJson.Default.IReadOnlyListApiKeyEntry);
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyEntry>))]
internal sealed partial class KeyJson : JsonSerializerContext;
