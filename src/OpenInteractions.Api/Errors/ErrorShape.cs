using OpenInteractions.Api.Http;

namespace OpenInteractions.Api.Errors;

/// <summary>Which of the API's two error shapes the clients of a path read (wire 1.6). It goes by the path alone: where no route is, they read the same.</summary>
internal static class ErrorShape
{
    private static readonly HashSet<string> GoogleFamilies = new(StringComparer.Ordinal)
    {
        "batches", "cachedContents", "corpora", "files", "fileSearchStores", "models", "operations", "tunedModels",
    };

    /// <summary>Whether it is the google.rpc shape, of the older families; all others have that of interactions.</summary>
    public static bool IsGoogle(PathString path) => ApiVersions.FamilyOf(path) is { } family && GoogleFamilies.Contains(family);
}
