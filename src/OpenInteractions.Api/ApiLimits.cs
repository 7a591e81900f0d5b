using Microsoft.Extensions.Configuration;
using OpenInteractions.Api.Http;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Api;

/// <summary>Bounds that the web server itself must keep.</summary>
public static class ApiLimits
{
    /// <summary>Largest body, in bytes (behaviour MM-3). Read leniently: the web server asks before the settings are checked.</summary>
    public static long MaxBodyLength(IConfiguration configuration)
    {
        var requests = new RequestOptions();
        _ = CheckedSettings.Read(configuration, RequestOptions.Section, requests);
        return Math.Max(0, requests.MaxBodyLength);
    }
}
