using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Engine.Tenancy;

/// <summary>
/// The keys that open this server. Only their hashes are known here; a key is 256 random bits, so a plain hash is enough and a look-up tells nothing by
/// its time. A server that has ever had a key serves nobody without one: the last key that is revoked closes it, and a file that is lost or broken
/// opens nothing.
/// </summary>
public sealed partial class ApiKeyRing
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly ApiKeyFile _file;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeyRing> _logger;
    private readonly bool _isOpen;
    private readonly bool _isPrivate;
    private readonly Lock _gate = new();
    private Known _known;
    private long _looked;
    private bool _isBroken;

    /// <summary>A ring over a file of keys.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isOpen">True when the operator chose to serve everybody.</param>
    /// <param name="isPrivate">True when only this machine can reach the server: then everybody is served as long as there was never a key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of every change of who is served.</param>
    /// <exception cref="KeyFileException">The file cannot be used.</exception>
    public ApiKeyRing(ApiKeyFile file, bool isOpen, bool isPrivate, TimeProvider time, ILogger<ApiKeyRing> logger)
    {
        (_file, _time, _logger, _isOpen, _isPrivate) = (file, time, logger, isOpen, isPrivate);
        _looked = time.GetTimestamp();
        _known = Read(wasClosed: false);
    }

    /// <summary>True when callers without a valid key are taken as project <c>default</c>.</summary>
    public bool AcceptsAnyone => ModeOf(Current()) is Mode.Open or Mode.ThisMachine;

    /// <summary>True when everybody is served for one reason only: that nobody but this machine's own users should reach the server.</summary>
    public bool ServesThisMachineOnly => ModeOf(Current()) == Mode.ThisMachine;

    /// <summary>How many keys there are.</summary>
    public int Count => Current().ByHash.Count;

    /// <summary>The caller of the first valid key, or null.</summary>
    public Caller? Find(IEnumerable<string> candidates)
    {
        var known = Current();
        foreach (var candidate in candidates)
        {
            if (known.ByHash.TryGetValue(ApiKeyFile.Hash(candidate), out var entry))
            {
                return new Caller(entry.Project, entry.Id);
            }
        }

        return ModeOf(known) is Mode.Open or Mode.ThisMachine ? new Caller(Caller.DefaultProject, null) : null;
    }

    /// <summary>Says in the log who is served. Every later change is told by itself.</summary>
    public void TellMode() => TellMode(Current());

    private Mode ModeOf(Known known) =>
        _isOpen ? Mode.Open : known.ByHash.Count > 0 ? Mode.Keys : _isPrivate && !known.WasClosed ? Mode.ThisMachine : Mode.Nobody;

    /// <summary>Keys made or revoked while the server runs take effect within a second.</summary>
    private Known Current()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _looked)) < LookAgain)
        {
            return Volatile.Read(ref _known);
        }

        lock (_gate)
        {
            Interlocked.Exchange(ref _looked, _time.GetTimestamp());
            if (_isBroken || _file.Version != _known.Version || _file.Exists != _known.HasFile)
            {
                LookAtChange();
            }

            return _known;
        }
    }

    private void LookAtChange()
    {
        var before = _known;
        try
        {
            Volatile.Write(ref _known, Read(before.WasClosed));
            _isBroken = false;
        }
        catch (KeyFileException exception)
        {
            // The keys that were good stay so: a slip in an editor must not stop everybody, and must not let anybody in.
            Volatile.Write(ref _known, before with { WasClosed = true });
            if (!_isBroken)
            {
                LogBroken(exception.Message);
            }

            _isBroken = true;
        }

        if (ModeOf(before) != ModeOf(_known))
        {
            TellMode(_known);
        }
    }

    private Known Read(bool wasClosed)
    {
        // Before the keys: what is written in between is read again.
        var (version, exists) = (_file.Version, _file.Exists);
        var byHash = new Dictionary<string, ApiKeyEntry>(StringComparer.Ordinal);
        foreach (var key in _file.Read())
        {
            byHash[key.Sha256] = key;
        }

        return new Known(byHash, version, exists, wasClosed || exists);
    }

    private void TellMode(Known known)
    {
        switch (ModeOf(known))
        {
            case Mode.Open:
                LogOpen();
                break;
            case Mode.ThisMachine:
                LogThisMachine();
                break;
            case Mode.Keys:
                LogKeys();
                break;
            default:
                LogNobody();
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Everybody is served without an API key: OpenInteractions:Auth:Mode is open")]
    private partial void LogOpen();

    [LoggerMessage(Level = LogLevel.Information, Message = "There are no API keys: every caller on this machine is served, as project 'default'")]
    private partial void LogThisMachine();

    [LoggerMessage(Level = LogLevel.Information, Message = "Callers need an API key")]
    private partial void LogKeys();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Callers need an API key, and none is valid: nobody is served until 'oi keys create' has made one")]
    private partial void LogNobody();

    [LoggerMessage(Level = LogLevel.Error, Message = "The API keys stay as they were. {Reason}")]
    private partial void LogBroken(string reason);

    private enum Mode
    {
        Open,
        ThisMachine,
        Keys,
        Nobody,
    }

    /// <param name="ByHash">The keys.</param>
    /// <param name="Version">The file's.</param>
    /// <param name="HasFile">True when there is one.</param>
    /// <param name="WasClosed">True when there ever was one.</param>
    private sealed record Known(Dictionary<string, ApiKeyEntry> ByHash, (DateTimeOffset Written, long Length) Version, bool HasFile, bool WasClosed);
}
