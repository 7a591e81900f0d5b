using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Engine.Tenancy;

/// <summary>
/// Takes what lies in a data directory's file of keys into the store. What the store knows already stays as it is there, so that nothing is lost when it is done twice. When the
/// file is gone, this node goes by what it held.
/// </summary>
public sealed partial class ApiKeyImport(ApiKeyFile file, IApiKeyStore store, ApiKeyRing ring, TimeProvider time, ILogger<ApiKeyImport> logger)
{
    // A file that stays where it is, and what it was then.
    private (DateTimeOffset, long)? _done;

    /// <summary>Takes the file, if there is one that was not taken yet.</summary>
    /// <exception cref="KeyFileException">It cannot be used. This is said once of each file that is so.</exception>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            _done = null;
            return;
        }

        var version = file.Version;
        if (version == _done)
        {
            return;
        }

        try
        {
            var (taken, known) = (0, 0);
            var isGone = await file.TakeAsync(
                async keys =>
                {
                    foreach (var key in await OrRevokedAsync(keys, cancellationToken))
                    {
                        var isNew = await store.InsertAsync(key, cancellationToken) || (key.Revoked is { } revoked && await store.RevokeAsync(key.Id, revoked, cancellationToken));
                        _ = isNew ? taken++ : known++;
                    }

                    await ring.LookAsync(cancellationToken);
                },
                cancellationToken);
            _done = isGone ? null : version;
            LogTaken(taken, known);
            if (!isGone)
            {
                LogStays();
            }
        }
        catch (Exception exception) when (exception is KeyFileException or UnauthorizedAccessException)
        {
            _done = version;
            throw exception as KeyFileException ?? new KeyFileException($"The file of API keys cannot be taken into the store: {exception.Message}");
        }
    }

    /// <summary>A file without keys means that there were some, so that nobody is served without one: a key that nobody has stands for them.</summary>
    private async Task<IReadOnlyList<ApiKeyEntry>> OrRevokedAsync(IReadOnlyList<ApiKeyEntry> keys, CancellationToken cancellationToken)
    {
        if (keys.Count > 0 || (await store.ReadVersionAsync(cancellationToken)).Length > 0)
        {
            return keys;
        }

        var now = time.GetUtcNow();
        return [ApiKeyFile.NewKey(Caller.DefaultProject, now).Entry with { Revoked = now }];
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Took " + ApiKeyFile.FileName + " into the store: {Taken} API keys made or revoked, {Known} known already")]
    private partial void LogTaken(int taken, int known);

    [LoggerMessage(Level = LogLevel.Warning, Message = ApiKeyFile.FileName + " cannot be put away: it will be read again at each start and after each change, and a key that it holds is revoked with 'oi keys revoke' alone")]
    private partial void LogStays();
}
