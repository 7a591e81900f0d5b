using System.Net;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Engine.Environments;

/// <summary>Requests to an address of the operator's own, from which sources come. It may be private; what it leads to is checked as everything else.</summary>
internal sealed class SourceFetch(OutboundGuard guard, Uri origin) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(guard.Trusting(origin).NewHandler());

    /// <summary>The address, to which secrets may go.</summary>
    public Uri Origin => origin;

    /// <summary>Gets what is at an address below the origin; null for 404.</summary>
    /// <param name="path">Behind the origin's path, written as addresses are.</param>
    /// <param name="headers">What is sent along, to the origin alone.</param>
    /// <param name="refused">Makes the error of a reason.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<HttpResponseMessage?> GetAsync(string path, IReadOnlyList<KeyValuePair<string, string>> headers, Func<string, ApiException> refused, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{origin.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}");
        SourceHeaders.Set(request, headers, origin);
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, cancellationToken);
        }
        catch (OutboundRefusedException)
        {
            throw refused("its host leads to where this server does not go");
        }
        catch (HttpRequestException)
        {
            throw refused("its host cannot be reached");
        }

        if (answer.StatusCode == HttpStatusCode.OK)
        {
            return answer;
        }

        using (answer)
        {
            return (int)answer.StatusCode switch
            {
                404 => null,
                401 or 403 => throw refused(
                    $"its host answers {(int)answer.StatusCode}: it needs other credentials. Name one in the source's 'credential', or one for '{origin.IdnHost}' in 'network.allowlist' ('credential', 'transform')"),
                var other => throw refused($"its host answers {other}"),
            };
        }
    }

    public void Dispose() => _http.Dispose();
}
