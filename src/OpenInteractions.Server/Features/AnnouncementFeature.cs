using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Server.Features;

/// <summary>What a person at the terminal sees: where the server is, which models it found, and a call that works when pasted.</summary>
internal static class AnnouncementFeature
{
    private static readonly TimeSpan ListPatience = TimeSpan.FromSeconds(3);

    public static void AnnounceWhenReady(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() => _ = AnnounceAsync(app));

    private static async Task AnnounceAsync(WebApplication app)
    {
        var address = app.Urls.FirstOrDefault() ?? "";
        var models = await FindModelsAsync(app);
        var keys = app.Services.GetRequiredService<ApiKeyRing>();
        await Console.Out.WriteLineAsync(
            $"""

            OpenInteractions is ready at {address}

            Models: {Describe(models)}
            Sandboxes: {Describe(app.Services.GetRequiredService<HostEnvironments>())}
            {Callers(keys)}
            {FirstCall(address, keys.AcceptsAnyone ? "" : " -H 'x-goog-api-key: YOUR_KEY'", models)}

            """);
    }

    /// <summary>The models; null when the providers have not answered.</summary>
    private static async Task<IReadOnlyList<ListedModel>?> FindModelsAsync(WebApplication app)
    {
        try
        {
            using var patience = new CancellationTokenSource(ListPatience);
            return await app.Services.GetRequiredService<ModelCatalog>().ListAsync(patience.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or Contracts.Errors.ApiException)
        {
            return null;
        }
    }

    private static string Describe(IReadOnlyList<ListedModel>? models) => models switch
    {
        null => "the providers have not answered yet; GET /v1/models lists them",
        [] => "none",
        _ => string.Join("; ", models.GroupBy(m => m.Model.Provider).Select(g => $"{g.Key} ({Names([.. g.Select(m => m.PublicId)])})")),
    };

    private static string Describe(HostEnvironments sandboxes) =>
        sandboxes.Obstacle is { } obstacle ? $"none: {obstacle}"
        : sandboxes.RootFileSystem is var root && root == "host" ? "agents see the programs of this machine; 'oi sandboxes build' makes them a system of their own"
        : $"agents see a system of their own ({root})";

    private static string Callers(ApiKeyRing keys) =>
        keys.AcceptsAnyone ? "Callers need no API key: every caller is taken as project 'default'.\n"
        : keys.Count == 0 ? "Callers need an API key and there is no valid one: make one with 'oi keys create'.\n"
        : "";

    private static string FirstCall(string address, string key, IReadOnlyList<ListedModel>? models) => models switch
    {
        null => $"Try it:\n  curl {address}/v1/models{key}",
        _ when FirstModel.Of(models) is { } model =>
            $$$"""Try it:{{{'\n'}}}  curl {{{address}}}/v1/interactions{{{key}}} -H 'content-type: application/json' -d '{"model":"{{{model}}}","input":"Hello! My name is Ada."}'""",
        _ => "There is no model yet. Add one and start again: set GEMINI_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY, start Ollama, name a server that\n"
            + "speaks OpenAI's wire in OpenInteractions__Providers__Endpoints__NAME__BaseUrl, or take OpenInteractions__Providers__Demo=false back.",
    };

    private static string Names(IReadOnlyList<string> ids) =>
        ids.Count <= 6 ? string.Join(", ", ids) : string.Join(", ", ids.Take(5)) + $" and {ids.Count - 5} more";
}
