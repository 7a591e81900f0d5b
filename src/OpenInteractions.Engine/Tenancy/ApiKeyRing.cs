using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Tenancy;

/// <summary>
/// The keys that open this server, as this node knows them: a request looks into memory and not into the store. Only hashes are known here; a key is 256 random bits,
/// so a plain hash is enough and a look-up tells nothing by its time. A server that has ever had a key serves nobody without one: the last key that is revoked closes
/// it, and keys that are lost open nothing. What is known grows old: see <see cref="Freshness"/> and <see cref="Patience"/>.
/// </summary>
public sealed partial class ApiKeyRing
{
    /// <summary>What is known has to be as new as this to say that there is no such key: one that was just made on another node is not turned away for good.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    /// <summary>How long a key that is known opens its project while the store cannot be asked. Then nobody is served: it may have been revoked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // A caller is not kept waiting for as long as a database may take.
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(2);

    // A look that hangs, on a network that has gone silent, must not hold up those behind it for longer.
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    private static readonly Caller Anyone = new(Caller.DefaultProject, null);

    private readonly IApiKeyStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeyRing> _logger;
    private readonly bool _isOpen;
    private readonly bool _isPrivate;
    private readonly Lock _gate = new();
    private volatile Known _known = new([], Version: null, WasClosed: false, Looked: 0);
    private Task _look = Task.CompletedTask;

    /// <summary>A ring over a store's keys, which knows none before the first look.</summary>
    /// <param name="store">The store.</param>
    /// <param name="isOpen">True when the operator chose to serve everybody.</param>
    /// <param name="isPrivate">True when only this machine can reach the server: then everybody is served as long as there was never a key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of every change of who is served.</param>
    public ApiKeyRing(IApiKeyStore store, bool isOpen, bool isPrivate, TimeProvider time, ILogger<ApiKeyRing> logger) =>
        (_store, _time, _logger, _isOpen, _isPrivate) = (store, time, logger, isOpen, isPrivate);

    /// <summary>True when callers without a valid key are taken as project <c>default</c>.</summary>
    public bool AcceptsAnyone => ModeOf(_known) is Mode.Open or Mode.ThisMachine;

    /// <summary>True when everybody is served for one reason only: that nobody but this machine's own users should reach the server.</summary>
    public bool ServesThisMachineOnly => ModeOf(_known) == Mode.ThisMachine;

    /// <summary>How many keys there are.</summary>
    public int Count => _known.ByHash.Count;

    /// <summary>The caller of the first valid key, or null. Asks the store only when what is known is too old to tell.</summary>
    /// <exception cref="StoreUnavailableException">It is too old, and the store cannot be asked.</exception>
    public ValueTask<Caller?> FindAsync(IEnumerable<string> candidates, CancellationToken cancellationToken)
    {
        var (caller, isCertain) = Judge(candidates);
        return isCertain ? new ValueTask<Caller?>(caller) : LookAndFindAsync(candidates, cancellationToken);
    }

    /// <summary>Reads what the store has, if anything has changed there. Looks come one after the other, so that each knows what had changed before it was asked for.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be asked. What was known stays.</exception>
    public Task LookAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _look = LookAsync(_look, cancellationToken);
        }
    }

    /// <summary>There are keys somewhere, though they cannot be read: from now on nobody is served without one.</summary>
    public void Close()
    {
        lock (_gate)
        {
            Change(_known with { WasClosed = true }, read: null);
        }
    }

    /// <summary>Says in the log who is served. Every later change is told by itself.</summary>
    public void TellMode()
    {
        switch (ModeOf(_known))
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

    private static Dictionary<string, ApiKeyEntry> ByHash(IReadOnlyList<ApiKeyEntry> keys)
    {
        var byHash = new Dictionary<string, ApiKeyEntry>(keys.Count, StringComparer.Ordinal);
        foreach (var key in keys)
        {
            byHash[key.Sha256] = key;
        }

        return byHash;
    }

    private Mode ModeOf(Known known) =>
        _isOpen ? Mode.Open : known.ByHash.Count > 0 ? Mode.Keys : _isPrivate && known.Version is not null && !known.WasClosed ? Mode.ThisMachine : Mode.Nobody;

    private (Caller? Caller, bool IsCertain) Judge(IEnumerable<string> candidates)
    {
        var known = _known;
        var age = known.Version is null ? TimeSpan.MaxValue : _time.GetElapsedTime(known.Looked);
        foreach (var candidate in candidates)
        {
            if (known.ByHash.TryGetValue(ApiKeyFile.Hash(candidate), out var entry))
            {
                return (new Caller(entry.Project, entry.Id), age < Patience);
            }
        }

        return ModeOf(known) switch
        {
            Mode.Open => (Anyone, true),
            Mode.ThisMachine => (Anyone, age < Patience),
            _ => (null, age < Freshness),
        };
    }

    private async ValueTask<Caller?> LookAndFindAsync(IEnumerable<string> candidates, CancellationToken cancellationToken)
    {
        try
        {
            await SharedLookAsync().WaitAsync(LookPatience, _time, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // What is known has to do, if it does. The watch says in the log what is wrong.
        }

        var (caller, isCertain) = Judge(candidates);
        return isCertain ? caller : throw new StoreUnavailableException("The API keys cannot be read, and what is known of them is too old.");
    }

    /// <summary>One look for all who need one: many callers ask the store no more often than one.</summary>
    private Task SharedLookAsync()
    {
        lock (_gate)
        {
            return _look.IsCompleted ? LookAsync(CancellationToken.None) : _look;
        }
    }

    private async Task LookAsync(Task before, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var began = _time.GetTimestamp();
        using var late = new CancellationTokenSource(LongestLook, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var version = await _store.ReadVersionAsync(either.Token); // before the keys: what changes in between is read again
            var keys = version == _known.Version ? null : await _store.ListAsync(either.Token);
            lock (_gate)
            {
                Change(_known with { Looked = began }, keys is null ? null : (ByHash(keys), version));
            }
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException("The API keys could not be read in time.", exception);
        }
    }

    private void Change(Known looked, (Dictionary<string, ApiKeyEntry> ByHash, string Version)? read)
    {
        var before = _known;
        _known = read is { } found ? looked with { ByHash = found.ByHash, Version = found.Version, WasClosed = looked.WasClosed || found.Version.Length > 0 } : looked;
        if (before.Version is not null && ModeOf(before) != ModeOf(_known))
        {
            TellMode();
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

    private enum Mode
    {
        Open,
        ThisMachine,
        Keys,
        Nobody,
    }

    /// <param name="ByHash">The keys.</param>
    /// <param name="Version">The store's; null when it was never read.</param>
    /// <param name="WasClosed">True when there ever was one.</param>
    /// <param name="Looked">When the last look that succeeded began.</param>
    private sealed record Known(Dictionary<string, ApiKeyEntry> ByHash, string? Version, bool WasClosed, long Looked);
}
