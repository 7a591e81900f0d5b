using OpenInteractions.Api;
using OpenInteractions.Providers;
using OpenInteractions.Sandboxes;
using OpenInteractions.Server.Features;
using OpenInteractions.Storage;
using OpenInteractions.Tools;

namespace OpenInteractions.Server;

/// <summary>The server put together, not yet started.</summary>
internal static class ServerApplication
{
    /// <param name="args">The command line.</param>
    /// <param name="adjust">Replaces parts before the container is built: tests give the server their own clock.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        SettingsFeature.RequireRightArguments(args);

        // Its own settings lie beside the program, wherever it is started from.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddConventionalSettings(args);
        var data = builder.AddDataDirectory();
        builder.AddWebServer();
        builder.AddServerLogging();
        builder.Services.AddStorage(data.Path);
        builder.Services.AddEngine(data);
        builder.Services.AddModelProviders(builder.Configuration);
        builder.Services.AddTools();
        builder.Services.AddSandboxes(Path.Combine(data.Path, "sandboxes"));
        builder.Services.AddApi();
        builder.AddMemoryTrim();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseApi();
        app.TellWhoIsServed();
        return app;
    }
}
