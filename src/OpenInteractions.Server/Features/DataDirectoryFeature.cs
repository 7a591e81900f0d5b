using System.Security.Cryptography;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Nodes;

namespace OpenInteractions.Server.Features;

/// <summary>The data directory: the database, API keys on their way into it, and the key that seals signatures.</summary>
internal sealed record ServerData(string Path)
{
    public string KeyFile => System.IO.Path.Combine(Path, ApiKeyFile.FileName);

}

/// <summary>
/// The key of <c>signature.key</c>, made at the first start. Without it old signatures open to nothing, and histories go on without them and what they hold. Nodes that share
/// a database have the key of the first one, and each keeps a copy. The file is written when the store is open: a start that is refused leaves nothing behind, and the directory is
/// then this process's own.
/// </summary>
internal sealed partial class SignatureKey(ServerData data, INodeKeys nodes, ILogger<SignatureKey> logger) : IHostedService
{
    private const string Name = "signature";
    private const int Length = 32;

    private readonly string _file = Path.Combine(data.Path, "signature.key");
    private readonly Lock _gate = new();
    private byte[]? _key;

    public byte[] Read()
    {
        lock (_gate) // two that were made at once would be two keys
        {
            return _key ??= nodes.Agree(Name, Kept() ?? RandomNumberGenerator.GetBytes(Length));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var (key, kept) = (Read(), Kept());
        if (kept is not null && !kept.AsSpan().SequenceEqual(key))
        {
            var aside = $"{_file}.{Convert.ToHexStringLower(SHA256.HashData(kept))[..8]}";
            File.Move(_file, aside, overwrite: true);
            LogReplaced(_file, aside);
            kept = null;
        }

        if (kept is null)
        {
            using var stream = new FileStream(_file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            stream.Write(key);
            stream.Flush(flushToDisk: true);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private byte[]? Kept()
    {
        if (!File.Exists(_file))
        {
            return null;
        }

        var key = File.ReadAllBytes(_file);
        return key.Length == Length ? key : throw new StartRefusedException($"The file '{_file}' must hold {Length} bytes. Restore it from a backup, or remove it to have a new one made.");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{File}' is not the key that the nodes of this database have; theirs is used from now on, and the other one lies in '{Aside}'")]
    private partial void LogReplaced(string file, string aside);
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
