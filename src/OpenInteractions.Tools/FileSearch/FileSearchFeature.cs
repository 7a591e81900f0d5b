using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Tools.FileSearch.Reading;
using OpenInteractions.Tools.FileSearch.Vectors;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>Registers <c>file_search</c>. Its settings are registered with the embedding models.</summary>
internal static class FileSearchFeature
{
    public static void AddFileSearch(this IServiceCollection services)
    {
        services.AddSingleton<IDocumentReader, DocumentReader>();
        services.AddSingleton<FileSearchLog>();
        services.AddSingleton<VectorSearch>();
        services.AddSingleton<Retrieval>();
        services.AddSingleton<IToolKind, FileSearchKind>();
    }
}
