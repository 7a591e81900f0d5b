using System.Net;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Server.Features;

/// <summary>The web server: bounds on what comes in, and no open door to others by accident.</summary>
internal static class WebServerFeature
{
    private const string DefaultAddress = "http://127.0.0.1:8080";
    public const string AuthMode = "OpenInteractions:Auth:Mode";
    private const string Open = "open";

    public static void AddWebServer(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"]) && string.IsNullOrEmpty(builder.Configuration["https_ports"])
            && !builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Api.ApiLimits.MaxBodyLength(context.Configuration);
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;

            // A stream lives as long as its run; a reader who takes nothing for long is bounded by the buffers (behaviour BG-8).
            kestrel.Limits.MinResponseDataRate = null;
        });
    }

    /// <summary>Refuses to serve others without keys, unless that was asked for on purpose (design 2).</summary>
    public static void RequireSafeAddress(this WebApplication app)
    {
        var keys = app.Services.GetRequiredService<ApiKeyRing>();
        if (keys.Count == 0 && !app.Configuration.IsOpenOnPurpose() && app.Configuration.ReachableAddress() is { } reachable)
        {
            throw new StartRefusedException(
                $"'{reachable}' can be reached by others, and there is no valid API key.\n" +
                "Make one with 'oi keys create', or listen on 127.0.0.1, or set OpenInteractions__Auth__Mode=open to serve everybody on purpose.");
        }
    }

    /// <summary>The log says who is served, before the first caller is.</summary>
    public static void TellWhoIsServed(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<ApiKeyRing>().TellMode());

    /// <summary>True when the operator chose to serve everybody.</summary>
    public static bool IsOpenOnPurpose(this IConfiguration configuration) => string.Equals(configuration[AuthMode], Open, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with the settings of authentication.</summary>
    public static IEnumerable<string> AuthProblems(this IConfiguration configuration) =>
        string.IsNullOrEmpty(configuration[AuthMode]) || configuration.IsOpenOnPurpose() ? [] : [$"{AuthMode}: must be {Open}, or not set."];

    /// <summary>The first address that other machines can reach, or null.</summary>
    public static string? ReachableAddress(this IConfiguration configuration)
    {
        string?[] addresses =
        [
            .. (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            .. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]),
            configuration["http_ports"] is { Length: > 0 } http && string.IsNullOrEmpty(configuration["urls"]) ? "http://*:" + http : null,
            configuration["https_ports"] is { Length: > 0 } https && string.IsNullOrEmpty(configuration["urls"]) ? "https://*:" + https : null,
        ];
        return addresses.FirstOrDefault(a => a is not null && !IsLoopback(a));
    }

    private static bool IsLoopback(string address) =>
        Uri.TryCreate(address.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri)
        && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));
}

/// <summary>The server cannot be started as it is set up; the message says what to change.</summary>
internal sealed class StartRefusedException(string message) : Exception(message);
