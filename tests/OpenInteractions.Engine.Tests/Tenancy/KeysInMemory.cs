using System.Globalization;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Tests.Tenancy;

/// <summary>A store of keys that can be away, and counts how often it is asked.</summary>
internal sealed class KeysInMemory : IApiKeyStore
{
    private readonly List<ApiKeyEntry> _keys = [];
    private int _changes;

    /// <summary>Set: it cannot be asked.</summary>
    public bool IsAway { get; set; }

    /// <summary>How often it was asked for its version, with an answer or without.</summary>
    public int Asked { get; private set; }

    /// <summary>How often it was asked for its keys.</summary>
    public int Listed { get; private set; }

    public IReadOnlyList<ApiKeyEntry> All => _keys;

    public async Task<(ApiKeyEntry Entry, string Key)> CreateAsync(string project)
    {
        var made = ApiKeyFile.NewKey(project, new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero));
        Assert.True(await InsertAsync(made.Entry, CancellationToken.None));
        return made;
    }

    /// <summary>Forgets everything, as a database that is restored from before there were keys.</summary>
    public void Clear()
    {
        _keys.Clear();
        _changes = 0;
    }

    public Task<bool> InsertAsync(ApiKeyEntry key, CancellationToken cancellationToken)
    {
        Require();
        var isNew = !_keys.Any(k => k.Id == key.Id || k.Sha256 == key.Sha256);
        if (isNew)
        {
            _keys.Add(key);
            _changes++;
        }

        return Task.FromResult(isNew);
    }

    public Task<bool> RevokeAsync(string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Require();
        var at = _keys.FindIndex(k => k.Id == id && k.Revoked is null);
        if (at >= 0)
        {
            _keys[at] = _keys[at] with { Revoked = now };
            _changes++;
        }

        return Task.FromResult(at >= 0);
    }

    public Task<IReadOnlyList<ApiKeyEntry>> ListAsync(CancellationToken cancellationToken)
    {
        Require();
        Listed++;
        return Task.FromResult<IReadOnlyList<ApiKeyEntry>>([.. _keys.Where(k => k.Revoked is null)]);
    }

    public Task<string> ReadVersionAsync(CancellationToken cancellationToken)
    {
        Asked++;
        Require();
        return Task.FromResult(_changes == 0 ? "" : _changes.ToString(CultureInfo.InvariantCulture));
    }

    private void Require()
    {
        if (IsAway)
        {
            throw new StoreUnavailableException("The store is away.");
        }
    }
}
