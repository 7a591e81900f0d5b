using System.Security.Cryptography;
using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Server.Features;

/// <summary>The data directory: the database, the keys' hashes, and the key that seals signatures.</summary>
internal sealed record ServerData(string Path)
{
    public string KeyFile => System.IO.Path.Combine(Path, ApiKeyFile.FileName);

    /// <summary>The key of <c>signature.key</c>, made at the first start. Without it old signatures open to nothing, and histories go on without them.</summary>
    public byte[] ReadSignatureKey()
    {
        const int Length = 32;
        var file = System.IO.Path.Combine(Path, "signature.key");
        if (!File.Exists(file))
        {
            using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            stream.Write(RandomNumberGenerator.GetBytes(Length));
            stream.Flush(flushToDisk: true);
        }

        var key = File.ReadAllBytes(file);
        return key.Length == Length ? key : throw new StartRefusedException($"The file '{file}' must hold {Length} bytes. Restore it from a backup, or remove it to have a new one made.");
    }
}

internal static class DataDirectoryFeature
{
    public static ServerData AddDataDirectory(this WebApplicationBuilder builder)
    {
        var path = Path.GetFullPath(builder.Configuration[SettingsFeature.DataDirectory] ?? "data");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var data = new ServerData(path);
        builder.Services.AddSingleton(data);
        return data;
    }
}
