using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Tools.UrlContext.Http;
using OpenInteractions.Tools.UrlContext.Robots;

namespace OpenInteractions.Tools.UrlContext;

/// <summary>Registers <c>url_context</c>.</summary>
internal static class UrlContextFeature
{
    public static IServiceCollection AddUrlContext(this IServiceCollection services)
    {
        services.AddCheckedOptions<UrlContextOptions>(UrlContextOptions.Section);
        services.AddSingleton<IValidateOptions<UrlContextOptions>, Validation>();
        services.AddSingleton<PageFetch>();
        services.AddSingleton<PageCache>();
        services.AddSingleton<RobotsFiles>();
        services.AddSingleton<PageReader>();
        services.AddSingleton<IToolKind, UrlContextKind>();
        return services;
    }

    private sealed class Validation : IValidateOptions<UrlContextOptions>
    {
        public ValidateOptionsResult Validate(string? name, UrlContextOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
