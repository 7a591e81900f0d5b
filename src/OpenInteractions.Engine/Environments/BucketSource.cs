using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>
/// Objects of buckets, over the JSON API of Google's storage or of what speaks it (behaviour EN-3): one object, or all whose names begin as a directory's would. Public ones need no credential; for
/// private ones the credential goes to the storage's address alone (behaviour EN-4).
/// </summary>
internal sealed class BucketSource(OutboundGuard guard, IOptions<EnvironmentOptions> options) : IEnvironmentSource, IDisposable
{
    private const string Scheme = "gs://";
    private const string Form = "give 'gs://BUCKET/OBJECT', or 'gs://BUCKET/PREFIX/' for all objects below";
    private const int MaxName = 1024;
    private const int MaxPage = 8 << 20;
    private const int PageSize = 1000;
    private const string Missing = "there is none, or it needs credentials. Name one in the source's 'credential', or one for the storage's host in 'network.allowlist'";

    public string Type => "gcs";

    private EnvironmentOptions Settings => options.Value;

    private readonly SourceFetch _storage = new(guard, new Uri(options.Value.BucketEndpoint));

    public void Dispose() => _storage.Dispose();

    public void Check(EnvironmentSource source, string field)
    {
        if (source.Content is not null || source.Encoding is not null)
        {
            throw Wrong($"{field}.content", "a bucket's objects come from its 'source'. Leave it out");
        }

        if (Read(source.Source, out var fault) is null)
        {
            throw Wrong($"{field}.source", fault);
        }
    }

    public async Task BringAsync(EnvironmentSource source, SourcePlace place, CancellationToken cancellationToken)
    {
        var (bucket, name) = Read(source.Source, out _)!.Value;
        var storage = new Storage(_storage, bucket, await place.HeadersFor(_storage.Origin, cancellationToken));
        if (name.Length > 0 && !name.EndsWith('/') && await storage.FindAsync(name, cancellationToken) is { } single)
        {
            var isBelow = source.Target!.EndsWith('/') || await IsDirectoryAsync(place, cancellationToken);
            await WriteAsync(storage, single, isBelow ? $"{place.Target}/{PathOf(name[(name.LastIndexOf('/') + 1)..], name)}" : place.Target, place, Settings.MaxBucketBytes, cancellationToken);
            return;
        }

        var prefix = name.Length == 0 || name.EndsWith('/') ? name : name + "/";
        var objects = await storage.ListAsync(prefix, Settings.MaxBucketBytes, cancellationToken);
        if (objects.Count == 0)
        {
            throw Refused(bucket, name.Length == 0 ? "it is empty" : $"it holds neither '{Excerpt.Of(name, 200)}' nor anything below that");
        }

        // All names first: of what cannot be brought in as a whole nothing is written.
        var files = objects.Select(o => (Object: o, Path: PathOf(o.Name[prefix.Length..], o.Name))).ToList();
        await place.Sandbox.Files.MakeDirectoryAsync(place.Target, cancellationToken);
        var left = Settings.MaxBucketBytes;
        foreach (var (found, path) in files)
        {
            if (found.Name.EndsWith('/'))
            {
                await place.Sandbox.Files.MakeDirectoryAsync($"{place.Target}/{path}", cancellationToken); // how directories are shown that hold nothing
            }
            else
            {
                left -= await WriteAsync(storage, found, $"{place.Target}/{path}", place, left, cancellationToken);
            }
        }

        string PathOf(string relative, string whole) => relative.Length == 0 ? "" : relative[0] != '/' && EnvironmentPaths.Clean(relative, out var fault) is { Length: > 1 } path
            ? path[1..]
            : throw Refused(bucket, $"its object '{Excerpt.Of(new string([.. whole.Where(c => !char.IsControl(c))]), 200)}' has a name that is no path");
    }

    /// <summary>Bucket and name; null for what is none.</summary>
    private static (string Bucket, string Name)? Read(string? source, out string fault)
    {
        fault = $"it is no address of a bucket: {Form}";
        if (source?.StartsWith(Scheme, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var rest = source[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (bucket, name) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
        if (bucket.Length is < 3 or > 222 || !bucket.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.') || bucket.Contains("..", StringComparison.Ordinal))
        {
            fault = "a bucket's name has 3 to 222 lower-case letters, digits, '-', '_' and '.': " + Form;
            return null;
        }

        if (System.Text.Encoding.UTF8.GetByteCount(name) > MaxName || name.Any(char.IsControl) || name.Contains('*', StringComparison.Ordinal))
        {
            fault = $"an object's name has at most {MaxName} bytes, no control characters, and no '*': {Form}";
            return null;
        }

        return (bucket, name);
    }

    private async Task<long> WriteAsync(Storage storage, Found found, string path, SourcePlace place, long most, CancellationToken cancellationToken)
    {
        using var answer = await storage.OpenAsync(found, cancellationToken);
        await using var content = new FetchedStream(
            await answer.Content.ReadAsStreamAsync(cancellationToken), most, () => TooLarge(storage.Bucket, Settings.MaxBucketBytes), () => Refused(storage.Bucket, "an object's bytes were cut on their way"));
        return await place.Sandbox.Files.WriteAsync(path, content, new WriteOptions { MakeParents = true, Overwrite = true }, cancellationToken);
    }

    private static async Task<bool> IsDirectoryAsync(SourcePlace place, CancellationToken cancellationToken)
    {
        try
        {
            return (await place.Sandbox.Files.StatAsync(place.Target, cancellationToken)).Kind == SandboxEntryKind.Directory;
        }
        catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
        {
            return false;
        }
    }

    private static ApiException TooLarge(string bucket, long most) => Refused(bucket, $"its objects have more than {most} bytes together, the most that is taken ({EnvironmentOptions.Section}:{nameof(EnvironmentOptions.MaxBucketBytes)})");

    private static ApiException Refused(string bucket, string why) => new(ErrorCode.FailedPrecondition, $"The bucket '{bucket}' cannot be brought in: {why}.", "sources");

    private static ApiException Wrong(string field, string fault) => new(ErrorCode.InvalidRequest, $"Invalid value in '{field}': {fault}.", field);

    /// <summary>An object.</summary>
    private sealed record Found(string Name, long Size);

    /// <summary>One bucket behind the JSON API.</summary>
    private sealed class Storage(SourceFetch fetch, string bucket, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        public string Bucket => bucket;

        /// <summary>An object by its name; null when there is none.</summary>
        public async Task<Found?> FindAsync(string name, CancellationToken cancellationToken)
        {
            using var answer = await SendAsync($"o/{Uri.EscapeDataString(name)}?fields=name,size", cancellationToken);
            if (answer is null)
            {
                return null;
            }

            using var read = await JsonAsync(answer, cancellationToken);
            return Of(read.RootElement);
        }

        /// <summary>All objects below a prefix.</summary>
        public async Task<IReadOnlyList<Found>> ListAsync(string prefix, long most, CancellationToken cancellationToken)
        {
            var (found, bytes, token) = (new List<Found>(), 0L, null as string);
            do
            {
                using var answer = await SendAsync(
                    $"o?prefix={Uri.EscapeDataString(prefix)}&maxResults={PageSize}&fields=items(name,size),nextPageToken{(token is null ? "" : $"&pageToken={Uri.EscapeDataString(token)}")}", cancellationToken)
                    ?? throw Refused(bucket, Missing);
                using var page = await JsonAsync(answer, cancellationToken);
                var before = found.Count;
                if (page.RootElement.TryGetProperty("items"u8, out var items) && items.ValueKind == JsonValueKind.Array)
                {
                    foreach (var item in items.EnumerateArray())
                    {
                        var next = Of(item);
                        found.Add(next.Name.StartsWith(prefix, StringComparison.Ordinal) ? next : throw Unreadable());
                        bytes += next.Size;
                    }
                }

                token = page.RootElement.TryGetProperty("nextPageToken"u8, out var more) && more.ValueKind == JsonValueKind.String && more.GetString() is { Length: > 0 } text ? text : null;
                if (found.Count > TarWalk.MaxEntries)
                {
                    throw Refused(bucket, $"more than {TarWalk.MaxEntries} objects are below that name. Name a part of them");
                }

                if (bytes > most)
                {
                    throw TooLarge(bucket, most);
                }

                if (token is not null && found.Count == before)
                {
                    throw Unreadable(); // pages without anything could go on for ever
                }
            }
            while (token is not null);
            return found;
        }

        /// <summary>An object's bytes.</summary>
        public async Task<HttpResponseMessage> OpenAsync(Found found, CancellationToken cancellationToken) =>
            await SendAsync($"o/{Uri.EscapeDataString(found.Name)}?alt=media", cancellationToken) ?? throw Refused(bucket, "an object went away meanwhile");

        private Task<HttpResponseMessage?> SendAsync(string path, CancellationToken cancellationToken) =>
            fetch.GetAsync($"storage/v1/b/{Uri.EscapeDataString(bucket)}/{path}", headers, why => Refused(bucket, why), cancellationToken);

        private async Task<JsonDocument> JsonAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
        {
            try
            {
                await using var body = new FetchedStream(await answer.Content.ReadAsStreamAsync(cancellationToken), MaxPage, Unreadable, Unreadable);
                var page = await JsonDocument.ParseAsync(body, default, cancellationToken);
                return page.RootElement.ValueKind == JsonValueKind.Object ? page : throw Unreadable();
            }
            catch (JsonException)
            {
                throw Unreadable();
            }
        }

        private Found Of(JsonElement item) =>
            item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name"u8, out var name) && name.ValueKind == JsonValueKind.String
            && item.TryGetProperty("size"u8, out var size) && size.ValueKind == JsonValueKind.String && long.TryParse(size.GetString(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var bytes)
                ? new Found(name.GetString()!, bytes)
                : throw Unreadable();

        private ApiException Unreadable() => Refused(bucket, "the storage's answer cannot be read");
    }
}
