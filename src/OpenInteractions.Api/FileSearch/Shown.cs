using System.Globalization;
using OpenInteractions.Contracts.FileSearch;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Api.FileSearch;

/// <summary>Stores, documents and operations as the wire shows them.</summary>
internal static class Shown
{
    public static FileSearchStoreInfo Of(FileSearchStore store) => new()
    {
        Name = ResourceNames.OfStore(store.Id),
        DisplayName = store.DisplayName,
        CreateTime = store.Created,
        UpdateTime = store.Updated,
        ActiveDocumentsCount = Number(store.Active),
        PendingDocumentsCount = Number(store.Pending),
        FailedDocumentsCount = Number(store.Failed),
        SizeBytes = Number(store.Bytes),
        EmbeddingModel = store.EmbeddingModel is { } model ? "models/" + model : null,
    };

    public static DocumentInfo Of(string store, FileSearchDocument document) => new()
    {
        Name = ResourceNames.OfDocument(store, document.Id),
        DisplayName = document.DisplayName,
        CustomMetadata = document.Metadata.Count == 0 ? null : MetadataJson.ToWire(document.Metadata),
        CreateTime = document.Created,
        UpdateTime = document.Updated,
        State = document.State switch
        {
            DocumentState.Pending => "STATE_PENDING",
            DocumentState.Active => "STATE_ACTIVE",
            _ => "STATE_FAILED",
        },
        SizeBytes = Number(document.Bytes),
        MimeType = document.MimeType,
        Error = ErrorOf(document),
    };

    public static DocumentOperation Operation(string store, FileSearchDocument document) => new()
    {
        Name = $"{ResourceNames.OfStore(store)}/upload/operations/{document.Id}",
        Done = document.State != DocumentState.Pending,
        Error = ErrorOf(document),
        Response = document.State == DocumentState.Active
            ? new DocumentOperationResponse
            {
                Parent = ResourceNames.OfStore(store),
                DocumentName = ResourceNames.OfDocument(store, document.Id),
                MimeType = document.MimeType,
                SizeBytes = Number(document.Bytes),
            }
            : null,
    };

    /// <summary>As in google.rpc, where 3 is the number of an argument that cannot be taken.</summary>
    private static GoogleError? ErrorOf(FileSearchDocument document) =>
        document.State == DocumentState.Failed ? new GoogleError { Code = 3, Message = document.Failure ?? "The document cannot be read.", Status = "INVALID_ARGUMENT" } : null;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
