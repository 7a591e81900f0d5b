using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Engine.Tenancy;

/// <summary>
/// The keys that open this server. Only their hashes are known here; a key is 256 random bits, so a plain hash is enough and a look-up tells nothing by
/// its time.
/// </summary>
public sealed class ApiKeyRing
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly ApiKeyFile _file;
    private readonly TimeProvider _time;
    private readonly bool _isOpen;
    private readonly bool _isPrivate;
    private readonly Lock _gate = new();
    private Dictionary<string, ApiKeyEntry> _byHash;
    private DateTimeOffset _version;
    private long _looked;

    /// <summary>A ring over a file of keys.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isOpen">True when the operator chose to serve everybody.</param>
    /// <param name="isPrivate">True when only this machine can reach the server: then everybody is served as long as there are no keys.</param>
    /// <param name="time">The clock.</param>
    public ApiKeyRing(ApiKeyFile file, bool isOpen, bool isPrivate, TimeProvider time)
    {
        (_file, _time, _isOpen, _isPrivate) = (file, time, isOpen, isPrivate);
        _looked = time.GetTimestamp();
        _version = file.Version;
        _byHash = Read();
    }

    /// <summary>True when callers without a valid key are taken as project <c>default</c>.</summary>
    public bool AcceptsAnyone => _isOpen || (_isPrivate && Current().Count == 0);

    /// <summary>True when everybody is served for one reason only: that nobody but this machine's own users should reach the server.</summary>
    public bool ServesThisMachineOnly => !_isOpen && _isPrivate && Current().Count == 0;

    /// <summary>How many keys there are.</summary>
    public int Count => Current().Count;

    /// <summary>The caller of the first valid key, or null.</summary>
    public Caller? Find(IEnumerable<string> candidates)
    {
        var keys = Current();
        foreach (var candidate in candidates)
        {
            if (keys.TryGetValue(ApiKeyFile.Hash(candidate), out var entry))
            {
                return new Caller(entry.Project, entry.Id);
            }
        }

        return AcceptsAnyone ? new Caller(Caller.DefaultProject, null) : null;
    }

    /// <summary>Keys made or revoked while the server runs take effect within a second.</summary>
    private Dictionary<string, ApiKeyEntry> Current()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _looked)) < LookAgain)
        {
            return Volatile.Read(ref _byHash);
        }

        lock (_gate)
        {
            Interlocked.Exchange(ref _looked, _time.GetTimestamp());
            var version = _file.Version;
            if (version != _version)
            {
                _byHash = Read();
                _version = version;
            }

            return _byHash;
        }
    }

    private Dictionary<string, ApiKeyEntry> Read() => _file.Read().ToDictionary(k => k.Sha256, StringComparer.Ordinal);
}
