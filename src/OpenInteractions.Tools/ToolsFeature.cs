using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Tools.CodeExecution;
using OpenInteractions.Tools.ComputerUse;
using OpenInteractions.Tools.EnvironmentFiles;
using OpenInteractions.Tools.FileSearch;
using OpenInteractions.Tools.GoogleMaps;
using OpenInteractions.Tools.GoogleSearch;
using OpenInteractions.Tools.Mcp;
using OpenInteractions.Tools.UrlContext;

namespace OpenInteractions.Tools;

/// <summary>Registers the kinds of tools that this server runs.</summary>
public static class ToolsFeature
{
    /// <summary>Adds every <see cref="IToolKind"/>. Needs <see cref="Engine.Outbound.OutboundHttp.AddOutboundGuard"/>, and the store's <see cref="Engine.Storage.IEmbeddedDatabase"/>.</summary>
    public static IServiceCollection AddTools(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddCheckedOptions<McpOptions>(McpOptions.Section);
        services.AddSingleton<IToolKind, McpServerKind>();
        services.AddGoogleSearch();
        services.AddGoogleMaps();
        services.AddUrlContext();
        services.AddFileSearch();
        services.AddCheckedOptions<CodeExecutionOptions>(CodeExecutionOptions.Section);
        services.AddSingleton<IToolKind, CodeExecutionKind>();
        services.AddSingleton<IToolKind, EnvironmentFilesKind>();
        services.AddSingleton<IToolKind, ComputerUseKind>();
        return services;
    }
}
