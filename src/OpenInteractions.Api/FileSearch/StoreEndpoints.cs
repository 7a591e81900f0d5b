using System.Globalization;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Errors;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.FileSearch;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Api.FileSearch;

/// <summary>Stores and their documents, in Google's shape (wire 22).</summary>
internal static class StoreEndpoints
{
    private const int StandardPage = 20;
    private const int LargestPage = 100;

    public static void Map(RouteGroupBuilder version)
    {
        var stores = version.MapGroup("/" + ResourceNames.Stores);
        stores.MapPost("", CreateAsync);
        stores.MapGet("", ListAsync);
        stores.MapGet("/{id}", GetAsync);
        stores.MapDelete("/{id}", DeleteAsync);
        stores.MapPost("/{id}:importFile", ImportAsync);
        stores.MapGet("/{id}/documents", ListDocumentsAsync);
        stores.MapGet("/{id}/documents/{document}", GetDocumentAsync);
        stores.MapDelete("/{id}/documents/{document}", DeleteDocumentAsync);
        stores.MapGet("/{id}/upload/operations/{document}", GetOperationAsync);
        stores.MapGet("/{id}/operations/{document}", GetOperationAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, CreateFileSearchStore create, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.CreateFileSearchStoreRequest));
        return Answers.Of(Shown.Of(await create.ExecuteAsync(context.Caller(), body.Value, context.RequestAborted)), WireJson.Wire.FileSearchStoreInfo);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IFileSearchStores stores)
    {
        var (project, size) = (context.Caller().Project, context.Request.Query.ReadPageSize("pageSize", StandardPage, LargestPage));
        var list = $"{project}|{ResourceNames.Stores}";
        var page = await stores.ListAsync(project, After(context, list), size + 1, context.RequestAborted);
        return Answers.Of(
            new FileSearchStoreList { FileSearchStores = [.. page.Take(size).Select(Shown.Of)], NextPageToken = page.Count > size ? Token(page[size - 1].Number, list) : null },
            WireJson.Wire.FileSearchStoreList);
    }

    private static async Task<IResult> GetAsync(HttpContext context, IFileSearchStores stores) =>
        Answers.Of(Shown.Of(await FindAsync(context, stores)), WireJson.Wire.FileSearchStoreInfo);

    private static async Task<IResult> DeleteAsync(HttpContext context, RemoveFromStore remove)
    {
        await remove.StoreAsync(context.Caller(), StoreOf(context), context.Request.Query.ReadFlag("force"), context.RequestAborted);
        return Answers.Empty;
    }

    /// <summary>Files of the Files API; there is none yet.</summary>
    private static async Task<IResult> ImportAsync(HttpContext context, IFileSearchStores stores, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.ImportFileRequest));
        FileSearchRules.Metadata(body.Value.CustomMetadata);
        FileSearchRules.Chunking(body.Value.ChunkingConfig);
        var store = await FindAsync(context, stores);
        throw new ApiException(
            ErrorCode.FailedPrecondition,
            $"This server keeps no files that could be imported ('fileName'). Upload the file itself: POST /upload/v1/{ResourceNames.OfStore(store.Id)}:uploadToFileSearchStore.",
            "fileName");
    }

    private static async Task<IResult> ListDocumentsAsync(HttpContext context, IFileSearchStores stores)
    {
        var (project, store, size) = (context.Caller().Project, StoreOf(context), context.Request.Query.ReadPageSize("pageSize", StandardPage, LargestPage));
        var list = $"{project}|{ResourceNames.OfStore(store)}|documents";
        var page = await stores.ListDocumentsAsync(project, store, After(context, list), size + 1, context.RequestAborted) ?? throw NoStore(store);
        return Answers.Of(
            new DocumentList { Documents = [.. page.Take(size).Select(d => Shown.Of(store, d))], NextPageToken = page.Count > size ? Token(page[size - 1].Number, list) : null },
            WireJson.Wire.DocumentList);
    }

    private static async Task<IResult> GetDocumentAsync(HttpContext context, IFileSearchStores stores) =>
        Answers.Of(Shown.Of(StoreOf(context), await FindDocumentAsync(context, stores)), WireJson.Wire.DocumentInfo);

    private static async Task<IResult> DeleteDocumentAsync(HttpContext context, RemoveFromStore remove)
    {
        await remove.DocumentAsync(context.Caller(), StoreOf(context), DocumentOf(context), context.Request.Query.ReadFlag("force"), context.RequestAborted);
        return Answers.Empty;
    }

    /// <summary>An operation is its document seen from another side: nothing else is kept of it.</summary>
    private static async Task<IResult> GetOperationAsync(HttpContext context, IFileSearchStores stores) =>
        Answers.Of(Shown.Operation(StoreOf(context), await FindDocumentAsync(context, stores)), WireJson.Wire.DocumentOperation);

    private static async Task<FileSearchStore> FindAsync(HttpContext context, IFileSearchStores stores) =>
        await stores.GetAsync(context.Caller().Project, StoreOf(context), context.RequestAborted) ?? throw NoStore(StoreOf(context));

    private static async Task<FileSearchDocument> FindDocumentAsync(HttpContext context, IFileSearchStores stores) =>
        await stores.GetDocumentAsync(context.Caller().Project, StoreOf(context), DocumentOf(context), context.RequestAborted)
        ?? throw new ApiException(ErrorCode.NotFound, $"There is no document '{Excerpt.Of(ResourceNames.OfDocument(StoreOf(context), DocumentOf(context)), 150)}'.", "name");

    private static ApiException NoStore(string store) => new(ErrorCode.NotFound, $"There is no store '{Excerpt.Of(ResourceNames.OfStore(store), 150)}'.", "name");

    private static string StoreOf(HttpContext context) => ResourceId.Read(context, ResourceNames.Stores);

    private static string DocumentOf(HttpContext context) => Uri.UnescapeDataString((string)context.Request.RouteValues["document"]!);

    private static long After(HttpContext context, string list) => PageToken.ReadNumber(context.Request.Query.ReadText("pageToken"), "pageToken", list) ?? 0;

    private static string Token(long last, string list) => PageToken.Write(last.ToString(CultureInfo.InvariantCulture), list);
}
