using OpenInteractions.Api.Http;

namespace OpenInteractions.Api.Errors;

/// <summary>What the API has elsewhere and this server has not (wire 2): whoever asks for it learns that, and does not look for a mistake of his own.</summary>
internal static class NotOffered
{
    private static readonly HashSet<string> Families = new(StringComparer.Ordinal)
    {
        "batches", "cachedContents", "corpora", "files", "operations", "triggers", "tunedModels", "voices", "webhooks",
        "chat", "completions", "embeddings", "messages", "responses", // of the APIs of other vendors
    };

    /// <summary>
    /// What a path asks for that is not there, in our words: a family of routes, or a call of a model of the older API, such as <c>models/ID:generateContent</c>; null for
    /// every other path.
    /// </summary>
    public static string? In(PathString path)
    {
        if (ApiVersions.FamilyOf(path) is not { } family)
        {
            return null;
        }

        var value = path.Value!;
        return Families.Contains(family) ? $"'{family}'"
            : family == "models" && value.LastIndexOf(':') is var colon && colon > value.LastIndexOf('/') ? $"'{Excerpt.Of(value[(colon + 1)..], 60)}'"
            : null;
    }

    /// <summary>In our words, with what there is instead.</summary>
    public static string Message(string what, string path) =>
        $"This server does not offer {what} ('{path}'). It has interactions (POST /v1/interactions), models (GET /v1/models), stores of documents (POST /v1/fileSearchStores), environments (POST /v1/environments), agents (POST /v1/agents) and credentials (POST /v1/credentials).";
}
