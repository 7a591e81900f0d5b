using System.Security.Cryptography;
using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Server.Features;

/// <summary>The data directory: the database, the keys' hashes, and the key that seals signatures.</summary>
internal sealed record ServerData(string Path)
{
    public string KeyFile => System.IO.Path.Combine(Path, ApiKeyFile.FileName);

}

/// <summary>
/// The key of <c>signature.key</c>, made at the first start. Without it old signatures open to nothing, and histories go on without them and what they hold. A new one
/// is written when the store is open: a start that is refused leaves nothing behind, and the directory is then this process's own.
/// </summary>
internal sealed class SignatureKey(ServerData data) : IHostedService
{
    private const int Length = 32;

    private readonly string _file = Path.Combine(data.Path, "signature.key");
    private byte[]? _fresh;

    public byte[] Read()
    {
        if (!File.Exists(_file))
        {
            return _fresh ??= RandomNumberGenerator.GetBytes(Length);
        }

        var key = File.ReadAllBytes(_file);
        return key.Length == Length ? key : throw new StartRefusedException($"The file '{_file}' must hold {Length} bytes. Restore it from a backup, or remove it to have a new one made.");
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_fresh is not null)
        {
            using var stream = new FileStream(_file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            stream.Write(_fresh);
            stream.Flush(flushToDisk: true);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

internal static class DataDirectoryFeature
{
    public static ServerData AddDataDirectory(this WebApplicationBuilder builder)
    {
        var path = Path.GetFullPath(builder.Configuration[SettingsFeature.DataDirectory] ?? "data");
        var data = new ServerData(path);
        builder.Services.AddSingleton(data);
        return data;
    }
}
