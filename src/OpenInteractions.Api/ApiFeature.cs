using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Agents;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Credentials;
using OpenInteractions.Api.Environments;
using OpenInteractions.Api.Errors;
using OpenInteractions.Api.FileSearch;
using OpenInteractions.Api.Http;
using OpenInteractions.Api.Interactions;
using OpenInteractions.Api.Models;
using OpenInteractions.Api.Workers;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Api;

/// <summary>The HTTP surface as a whole.</summary>
public static class ApiFeature
{
    /// <summary>Registers what the surface needs.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddCors(cors => cors.AddDefaultPolicy(OpenToBrowsers));
        services.AddRoutingCore();
        services.AddCheckedOptions<RequestOptions>(RequestOptions.Section)
            .Validate(o => ServiceAddress.IsRightOrMissing(o.PublicAddress), $"{RequestOptions.Section}:{nameof(RequestOptions.PublicAddress)}: {ServiceAddress.Rule}");
        services.AddSingleton<ServerAddress>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<ClientTransfers>();
        services.AddSingleton<Health.SandboxHealth>();
        services.AddSingleton<CreateEndpoint>();
        services.AddSingleton<GetEndpoint>();
        return services;
    }

    /// <summary>Puts the surface into the pipeline.</summary>
    public static void UseApi(this WebApplication app)
    {
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<ErrorResponses>();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        app.UseRouting();
        app.UseMiddleware<LocalAccess>();
        app.UseWhen(context => context.Request.Headers.Origin.Count > 0, browsers => browsers.UseCors());
        app.UseMiddleware<CallerAuthentication>();
        app.MapVersions(version =>
        {
            InteractionEndpoints.Map(version);
            ModelEndpoints.Map(version);
            StoreEndpoints.Map(version);
            CredentialEndpoints.Map(version);
            AgentEndpoints.Map(version);
            EnvironmentEndpoints.Map(version);
            CheckpointEndpoints.Map(version);
            FileEndpoints.Map(version);
            WorkerEndpoints.Map(version);
            WorkerLineEndpoints.Map(version);
        });
        app.MapGroup(ApiVersions.Uploads).MapVersions(version =>
        {
            UploadEndpoint.Map(version);
            FileUploadEndpoint.Map(version);
        });
        Health.HealthEndpoints.Map(app);
        HomePage.Map(app);
    }

    /// <summary>
    /// Any page may call with its own key, and without keys those of this machine (<see cref="LocalAccess"/>); cookies are never taken. Every header is allowed, those that the vendor refuses included (behaviour TR-8).
    /// </summary>
    private static void OpenToBrowsers(CorsPolicyBuilder policy) => policy
        .AllowAnyOrigin()
        .AllowAnyMethod()
        .AllowAnyHeader()
        .WithExposedHeaders("x-request-id", "retry-after", "retry-after-ms", InteractionEndpoints.IgnoredHeader, InteractionEndpoints.WarningsHeader, UploadProtocol.UrlHeader, UploadProtocol.StatusHeader, UploadProtocol.ReceivedHeader)
        .SetPreflightMaxAge(TimeSpan.FromHours(1));
}
