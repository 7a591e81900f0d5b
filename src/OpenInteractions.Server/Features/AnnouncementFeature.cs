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
        var key = keys.AcceptsAnyone ? "" : " -H 'x-goog-api-key: YOUR_KEY'";
        await Console.Out.WriteLineAsync(
            $$"""

            OpenInteractions is ready at {{address}}

            Models: {{models}}
            {{(keys.AcceptsAnyone ? "No API key is set up: every caller is taken as project 'default'.\n" : "")}}
            Try it:
              curl {{address}}/v1/interactions{{key}} -H 'content-type: application/json' -d '{"model":"demo","input":"Hello! My name is Ada."}'

            """);
    }

    private static async Task<string> FindModelsAsync(WebApplication app)
    {
        try
        {
            using var patience = new CancellationTokenSource(ListPatience);
            var models = await app.Services.GetRequiredService<ModelCatalog>().ListAsync(patience.Token);
            return string.Join("; ", models.GroupBy(m => m.Model.Provider).Select(g => $"{g.Key} ({Names([.. g.Select(m => m.PublicId)])})"));
        }
        catch (Exception exception) when (exception is OperationCanceledException or Contracts.Errors.ApiException)
        {
            return "the providers have not answered yet; GET /v1/models lists them";
        }
    }

    private static string Names(IReadOnlyList<string> ids) =>
        ids.Count <= 6 ? string.Join(", ", ids) : string.Join(", ", ids.Take(5)) + $" and {ids.Count - 5} more";
}
