using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Api;

/// <summary>What a person sees who opens the server in a browser: what runs here and the first call (design 2).</summary>
internal static class HomePage
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", ShowAsync).WithMetadata(new PublicRoute());

    private static async Task<IResult> ShowAsync(HttpContext context, ModelCatalog catalog, ServerAddress here)
    {
        var model = System.Net.WebUtility.HtmlEncode(FirstModel.Of(await catalog.ListAsync(context.RequestAborted)) ?? "MODEL");
        // The host comes from the caller: it is written as text, never as markup.
        var address = System.Net.WebUtility.HtmlEncode(here.Of(context.Request));
        return Results.Content(
            $$$$"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>OpenInteractions</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:4rem auto;padding:0 1rem;color:#1b1b1f;background:#fdfdfd}pre{background:#f1f1f4;padding:1rem;overflow:auto;border-radius:6px}code{font:14px/1.5 ui-monospace,monospace}@media(prefers-color-scheme:dark){body{color:#e8e8ee;background:#16161a}pre{background:#24242b}}</style></head>
            <body>
            <h1>OpenInteractions</h1>
            <p>A self-hosted server for the Interactions API: one endpoint for models, with the conversation kept by the server. It is running.</p>
            <p>Try it:</p>
            <pre><code>curl {{{{address}}}}/v1/interactions \
              -H 'content-type: application/json' \
              -d '{"model":"{{{{model}}}}","input":"Hello! My name is Ada."}'</code></pre>
            <p>The models of this server: <code>GET /v1/models</code>. Its health: <code>/healthz</code>, <code>/readyz</code>, <code>/metrics</code>.</p>
            </body></html>
            """,
            "text/html; charset=utf-8");
    }
}
