using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>
/// The tools that only read: what they ask in the test's own process, in its own form, how they are declared and how the model calls them. Each call is about one
/// thing, and what is asked for tells which.
/// </summary>
internal static class ReadingTools
{
    public const string Search = "google_search";
    public const string Page = "url_context";
    public const string Maps = "google_maps";
    public const string Files = "file_search";

    public static readonly string[] All = [Search, Page, Maps, Files];

    // It shares a word with what is asked: its vectors may come after the search.
    private const string Passage = "At work, the engine weaves algebraic patterns.";

    /// <summary>Sends a call to the test, and returns when it may be answered.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="about">What the call is about.</param>
    /// <param name="gone">Nobody waits for the answer any more.</param>
    public delegate Task Hear(string tool, string about, CancellationToken gone);

    /// <summary>The settings by which a server's tools ask here.</summary>
    public static (string Name, string Value)[] Settings(string address) =>
    [
        ToolServer.Setting,
        ("OpenInteractions__Tools__GoogleSearch__Engine", "searxng"), ("OpenInteractions__Tools__GoogleSearch__Address", address),
        ("OpenInteractions__Tools__GoogleMaps__NominatimAddress", $"{address}/maps"), ("OpenInteractions__Tools__GoogleMaps__Concurrency", "4"),
        ("OpenInteractions__Providers__Endpoints__vectors__BaseUrl", $"{address}/v1"), ("OpenInteractions__Tools__FileSearch__Embeddings", "vectors/any"),
    ];

    /// <summary>SearXNG, a site, Nominatim, and an embedding model.</summary>
    public static void Map(WebApplication app, Hear hear)
    {
        app.MapGet("/search", async (HttpContext context, string q) =>
        {
            await hear(Search, q, context.RequestAborted);
            return Json(new JsonObject { ["results"] = new JsonArray(new JsonObject { ["url"] = "https://example.com/", ["title"] = "A page", ["content"] = Told(q) }) });
        });
        app.MapGet("/pages/{about}", async (HttpContext context, string about) =>
        {
            await hear(Page, about, context.RequestAborted);
            return Results.Text(Told(about));
        });
        app.MapGet("/maps/search", async (HttpContext context, string q) =>
        {
            await hear(Maps, q, context.RequestAborted);
            return Json(new JsonArray(new JsonObject { ["osm_type"] = "node", ["osm_id"] = 1, ["lat"] = "46.9", ["lon"] = "7.4", ["name"] = "A place", ["display_name"] = Told(q) }));
        });
        app.MapGet("/v1/models", () => Json(new JsonObject { ["object"] = "list", ["data"] = new JsonArray(new JsonObject { ["id"] = "any", ["object"] = "model", ["created"] = 1, ["owned_by"] = "test" }) }));
        app.MapPost("/v1/embeddings", async context =>
        {
            using var asked = await JsonDocument.ParseAsync(context.Request.Body);
            var texts = asked.RootElement.GetProperty("input").EnumerateArray().Select(t => t.GetString()!).ToList();
            await Task.WhenAll(texts.Where(t => !t.EndsWith(Passage, StringComparison.Ordinal)).Select(t => hear(Files, t, context.RequestAborted))); // what is kept in the store is no call
            var vectors = texts.Select((_, index) => new JsonObject { ["object"] = "embedding", ["index"] = index, ["embedding"] = new JsonArray(1.0, 0.5) });
            await Json(new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. vectors]), ["model"] = "any", ["usage"] = new JsonObject { ["prompt_tokens"] = 1, ["total_tokens"] = 1 } }).ExecuteAsync(context);
        });
    }

    /// <summary>How the model calls a tool.</summary>
    public static FunctionCall Call(string tool, string about, string address) => new(tool, tool == Page
        ? new JsonObject { ["urls"] = new JsonArray($"{address}/pages/{Uri.EscapeDataString(about)}") }.ToJsonString()
        : new JsonObject { ["queries"] = new JsonArray(about) }.ToJsonString());

    /// <summary>What the model reads when the call was made and answered.</summary>
    public static string Read(string tool, string about) => tool == Files ? Passage : Told(about);

    /// <summary>The declaration of a tool, with a store of files where it needs one.</summary>
    public static async Task<string> DeclareAsync(string tool, InteractionsClient client) => tool == Files
        ? $$"""{"type":"{{tool}}","file_search_store_names":["{{await FilledStoreAsync(client)}}"]}"""
        : $$"""{"type":"{{tool}}"}""";

    private static async Task<string> FilledStoreAsync(InteractionsClient client)
    {
        var store = await client.NewStoreAsync();
        await client.UploadAsync(store, "notes.txt", Encoding.UTF8.GetBytes(Passage));
        return store;
    }

    private static string Told(string about) => $"This is all of {about}.";

    private static IResult Json(JsonNode body) => Results.Text(body.ToJsonString(), "application/json");
}
