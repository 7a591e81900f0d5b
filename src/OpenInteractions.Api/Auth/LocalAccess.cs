using System.Net;
using Microsoft.Extensions.Options;

namespace OpenInteractions.Api.Auth;

/// <summary>
/// Without keys the server serves whoever reaches its loopback address, and so would serve every web page that is opened on this machine: with a
/// request from the page, or under a name of the page's own that leads to this machine (DNS rebinding). Pages and names of others are refused here,
/// before anything is answered. Once there is a key, or the operator chose to serve everybody, pages call as behaviour TR-8 says.
/// </summary>
internal sealed class LocalAccess(RequestDelegate next, ApiKeyRing keys, IOptions<LocalAccessOptions> options)
{
    private const string Key = "create a key with 'oi keys create'";

    private readonly HashSet<string> _origins = options.Value.AllowedOrigins.Select(o => o.TrimEnd('/')).ToHashSet(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _hosts = options.Value.AllowedHosts.Select(h => h.Trim('[', ']')).ToHashSet(StringComparer.OrdinalIgnoreCase);

    // Most callers use one name all the time.
    private volatile string? _lastHost;

    public Task InvokeAsync(HttpContext context)
    {
        if (keys.ServesThisMachineOnly)
        {
            Require(context.Request);
        }

        return next(context);
    }

    private void Require(HttpRequest request)
    {
        foreach (var origin in request.Headers.Origin)
        {
            if (!string.IsNullOrEmpty(origin) && !_origins.Contains(origin) && !IsLocalPage(origin))
            {
                throw new ApiException(
                    ErrorCode.PermissionDenied,
                    $"This server has no API keys and serves only this machine; the web page '{Excerpt.Of(origin)}' may not call it. To let pages call, {Key} and send it, or list the origin in {LocalAccessOptions.Section}:{nameof(LocalAccessOptions.AllowedOrigins)}.");
            }
        }

        // A caller that names no host is no browser.
        var named = request.Host.Value;
        if (named == _lastHost)
        {
            return;
        }

        if (request.Host.HasValue && !_hosts.Contains(request.Host.Host.Trim('[', ']')) && !IsThisMachine(request.Host.Host))
        {
            throw new ApiException(
                ErrorCode.PermissionDenied,
                $"This server has no API keys and serves only this machine; it may not be called under the name '{Excerpt.Of(request.Host.Host)}'. To let others call, {Key} and send it, or list the name in {LocalAccessOptions.Section}:{nameof(LocalAccessOptions.AllowedHosts)}.");
        }

        _lastHost = named;
    }

    private static bool IsLocalPage(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && IsThisMachine(uri.Host);

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

}
