using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Models;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Api.Models;

/// <summary>The models that can be named, in Google's shape (wire 22).</summary>
internal static class ModelEndpoints
{
    private const int StandardPage = 50;
    private const int LargestPage = 1000;
    internal const string Prefix = "models/";

    public static void Map(RouteGroupBuilder version)
    {
        var models = version.MapGroup("/models");
        models.MapGet("", ListAsync);
        models.MapGet("/{**id}", GetAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ModelCatalog catalog)
    {
        var query = context.Request.Query;
        var size = query.ReadPageSize("pageSize", StandardPage, LargestPage);
        var after = PageToken.Read(query.ReadText("pageToken"), "pageToken", "models");
        var all = (await catalog.ListAsync(context.RequestAborted)).OrderBy(m => m.PublicId, StringComparer.Ordinal)
            .Where(m => after is null || string.CompareOrdinal(m.PublicId, after) > 0).Take(size + 1).ToList();
        var page = new ModelList
        {
            Models = [.. all.Take(size).Select(m => ToInfo(m.PublicId, m.Model))],
            NextPageToken = all.Count > size ? PageToken.Write(all[size - 1].PublicId, "models") : null,
        };
        return new Interactions.InteractionWriter.JsonAnswer(json => JsonSerializer.Serialize(json, page, WireJson.Wire.ModelList));
    }

    private static async Task<IResult> GetAsync(HttpContext context, ModelCatalog catalog)
    {
        var id = ResourceId.Read(context, "models");
        var model = await catalog.ResolveAsync(id, context.RequestAborted);
        return new Interactions.InteractionWriter.JsonAnswer(json => JsonSerializer.Serialize(json, ToInfo(model.PublicId, model.Model), WireJson.Wire.ModelInfo));
    }

    private static ModelInfo ToInfo(string publicId, ModelDescription model) => new()
    {
        Name = Prefix + publicId,
        DisplayName = model.DisplayName ?? model.Id,
        Description = model.Description,
        InputTokenLimit = model.Capabilities.InputTokenLimit,
        OutputTokenLimit = model.Capabilities.OutputTokenLimit,
        SupportedGenerationMethods = ["interactions"],
        Thinking = model.Capabilities.ThinkingLevels.Count > 0,
    };
}
