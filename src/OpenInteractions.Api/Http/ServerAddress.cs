using Microsoft.Extensions.Options;

namespace OpenInteractions.Api.Http;

/// <summary>
/// The address that answers name when they tell the caller where to go on. Behind a proxy the server sees neither the scheme nor, often, the name that callers
/// use; headers that say so can be sent by anybody, so the operator says it.
/// </summary>
internal sealed class ServerAddress(IOptions<RequestOptions> options)
{
    private readonly string? _configured = options.Value.PublicAddress is { Length: > 0 } address ? address.TrimEnd('/') : null;

    /// <summary>Without a slash at its end; a route's path goes behind it.</summary>
    public string Of(HttpRequest request) => _configured ?? $"{request.Scheme}://{request.Host}{request.PathBase}";
}
