using System.Net;

namespace OpenInteractions.Tools.Mcp;

/// <summary>What all requests of a session have in common: the caller's headers and credential, a bound on answers, and what is known of the server's era.</summary>
internal sealed class SessionHandler(ServerDeclaration server, ServerSecret secret, Eras eras, HttpMessageHandler guarded) : DelegatingHandler(guarded)
{
    private const string MethodHeader = "Mcp-Method";
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var method = request.Headers.TryGetValues(MethodHeader, out var values) ? values.FirstOrDefault() : null;
        if (method == "server/discover" && eras.IsLegacy(server.Url))
        {
            return NotThere(request); // as the server itself said the last time
        }

        foreach (var (name, value) in server.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        await secret.AddAsync(request.Headers, cancellationToken);
        var response = request.Method == HttpMethod.Delete ? await SendFarewellAsync(request, cancellationToken) : await base.SendAsync(request, cancellationToken);
        if (method == "server/discover" && response.StatusCode == HttpStatusCode.MethodNotAllowed)
        {
            response.Dispose();
            return NotThere(request); // the package knows 400 and 404 as signs of an older server; 405 is one as well (protocols 3.1)
        }

        if (method == "initialize")
        {
            Remember(response);
        }

        response.Content = Bounded(response.Content, await response.Content.ReadAsStreamAsync(cancellationToken));
        return response;
    }

    // The end of a session is told once, and not waited for long.
    private async Task<HttpResponseMessage> SendFarewellAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Farewell);
        return await base.SendAsync(request, patience.Token);
    }

    private void Remember(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode)
        {
            eras.Legacy(server.Url);
        }
        else
        {
            eras.Forget(server.Url);
        }
    }

    private static HttpResponseMessage NotThere(HttpRequestMessage request) => new(HttpStatusCode.NotFound) { RequestMessage = request };

    private static StreamContent Bounded(HttpContent content, Stream stream)
    {
        var bounded = new StreamContent(new BoundedStream(stream, McpLimits.Answer));
        foreach (var header in content.Headers.NonValidated)
        {
            bounded.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return bounded;
    }
}
