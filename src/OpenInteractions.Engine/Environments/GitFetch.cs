using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Engine.Environments;

/// <summary>
/// Fetches a repository over git's HTTP protocol (version 0): what there is, and the pack of the branch that its HEAD names. The server speaks to the host, through the guard; git itself sees the
/// pack only inside the sandbox, where neither hooks, helpers nor other protocols can do anything to the server.
/// </summary>
internal sealed class GitFetch(HttpClient http, Uri repository, IReadOnlyList<KeyValuePair<string, string>> headers)
{
    private const string Service = "git-upload-pack";
    private const int MaxAdvertisement = 32 << 20;
    private const int LineHeader = 4;
    private const int HashLength = 40;

    /// <summary>What HEAD is; null for a repository without commits.</summary>
    /// <param name="Hash">The commit.</param>
    /// <param name="Branch">The branch's name.</param>
    /// <param name="Base">The address that answered.</param>
    public sealed record Head(string Hash, string Branch, string Base);

    /// <summary>Asks what there is.</summary>
    public async Task<Head?> FindAsync(CancellationToken cancellationToken)
    {
        var wanted = $"{repository.GetLeftPart(UriPartial.Path).TrimEnd('/')}/info/refs?service={Service}";
        using var request = Request(HttpMethod.Get, wanted);
        using var answer = await SendAsync(request, cancellationToken);
        if (answer.Content.Headers.ContentType?.MediaType != $"application/x-{Service}-advertisement")
        {
            throw Refused("it does not speak git's HTTP protocol");
        }

        await using var lines = Limited(await answer.Content.ReadAsStreamAsync(cancellationToken), MaxAdvertisement);
        var (hash, branch, isFirst) = (null as string, "main", true);
        var branches = new List<(string Name, string Hash)>();
        await foreach (var line in LinesAsync(lines, endsAtFlush: false, cancellationToken))
        {
            if (line.StartsWith('#') || line.Length < HashLength + 2)
            {
                continue;
            }

            var (id, rest) = (line[..HashLength], line[(HashLength + 1)..].TrimEnd('\n'));
            if (!id.All(char.IsAsciiHexDigitLower))
            {
                throw Refused("its list of branches cannot be read");
            }

            var name = rest.Split('\0')[0];
            if (isFirst)
            {
                branch = rest.Split('\0').ElementAtOrDefault(1)?.Split(' ').FirstOrDefault(c => c.StartsWith("symref=HEAD:refs/heads/", StringComparison.Ordinal))?["symref=HEAD:refs/heads/".Length..] ?? branch;
                isFirst = false;
            }

            hash = name == "HEAD" ? id : hash;
            if (name.StartsWith("refs/heads/", StringComparison.Ordinal))
            {
                branches.Add((name["refs/heads/".Length..], id));
            }
        }

        hash ??= branches.FirstOrDefault(b => b.Name is "main" or "master").Hash;
        var answered = answer.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Path);
        return hash is null || hash.All(c => c == '0') ? null : new Head(hash, IsName(branch) ? branch : "main", answered[..^"/info/refs".Length]);
    }

    /// <summary>The pack with everything that leads to a commit, as it comes.</summary>
    public async Task ReadPackAsync(Head head, Func<ReadOnlyMemory<byte>, CancellationToken, Task> take, long most, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, $"{head.Base}/{Service}");
        var wants = $"want {head.Hash} side-band-64k ofs-delta no-progress agent=openinteractions\n";
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes($"{wants.Length + LineHeader:x4}{wants}00000009done\n"));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue($"application/x-{Service}-request");
        using var answer = await SendAsync(request, cancellationToken);
        await using var content = Limited(await answer.Content.ReadAsStreamAsync(cancellationToken), most + (most / 16) + (1 << 20));
        var buffer = ArrayPool<byte>.Shared.Rent(ushort.MaxValue + 1);
        try
        {
            for (var bytes = 0L; await LineAsync(content, buffer, cancellationToken) is var length and >= 0;)
            {
                switch (length == 0 ? (byte)0 : buffer[0])
                {
                    case 1:
                        bytes += length - 1;
                        await take(bytes <= most ? buffer.AsMemory(1, length - 1) : throw TooLarge(most), cancellationToken);
                        break;
                    case 3:
                        // Who was sent a secret may say it back.
                        throw Refused(headers.Count > 0 ? "its server gave up" : "its server gave up: " + Excerpt.Of(new string([.. Encoding.UTF8.GetString(buffer, 1, length - 1).Where(c => !char.IsControl(c))]), 100));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FetchedStream Limited(Stream inner, long most) => new(inner, most, () => TooLarge(most), () => Refused("its answer was cut"));

    /// <summary>The words for what cannot be fetched.</summary>
    public static ApiException Refused(string why) => new(ErrorCode.FailedPrecondition, $"The repository cannot be brought in: {why}.", "sources");

    private static ApiException TooLarge(long most) => new(ErrorCode.FailedPrecondition, $"The repository is larger than {most} bytes, the most that is taken ({EnvironmentOptions.Section}:{nameof(EnvironmentOptions.MaxSourceBytes)}).", "sources");

    /// <summary>Sends a request through the guard; whatever is wrong is told in words for the caller.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (OutboundRefusedException exception)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, exception.Message, "sources");
        }
        catch (HttpRequestException)
        {
            throw Refused("its host cannot be reached");
        }

        if (answer.StatusCode == HttpStatusCode.OK)
        {
            return answer;
        }

        using (answer)
        {
            throw Refused((int)answer.StatusCode is 401 or 403 or 404
                ? $"its host answers {(int)answer.StatusCode}: there is none, or it needs credentials. Name one in the source's 'credential', or one or a header for its host in 'network.allowlist' ('credential', 'transform')"
                : $"its host answers {(int)answer.StatusCode}");
        }
    }

    public HttpRequestMessage Request(HttpMethod method, string address)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.TryAddWithoutValidation("User-Agent", "git/openinteractions");
        SourceHeaders.Set(request, headers, repository);
        return request;
    }

    private static bool IsName(string branch) =>
        branch.Length is > 0 and <= 200 && branch[0] is not ('-' or '.' or '/') && branch.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') && !branch.Contains("..", StringComparison.Ordinal) && !branch.EndsWith('/');

    private static async IAsyncEnumerable<string> LinesAsync(Stream stream, bool endsAtFlush, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[ushort.MaxValue + 1];
        while (await LineAsync(stream, buffer, cancellationToken) is var length and >= 0)
        {
            if (length > 0)
            {
                yield return Encoding.UTF8.GetString(buffer, 0, length);
            }
            else if (endsAtFlush)
            {
                yield break;
            }
        }
    }

    /// <summary>One line: four hexadecimal digits of its length, and its content.</summary>
    /// <returns>The content's length; 0 for a mark between parts, -1 at the end.</returns>
    private static async Task<int> LineAsync(Stream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        var read = await stream.ReadAtLeastAsync(buffer.AsMemory(0, LineHeader), LineHeader, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
        {
            return -1;
        }

        if (read < LineHeader || !int.TryParse(Encoding.ASCII.GetString(buffer, 0, LineHeader), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length is > 0 and < LineHeader)
        {
            throw Refused("its answer cannot be read");
        }

        if (length == 0)
        {
            return 0;
        }

        try
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, length - LineHeader), cancellationToken);
        }
        catch (EndOfStreamException)
        {
            throw Refused("its answer was cut");
        }

        return length - LineHeader;
    }
}
