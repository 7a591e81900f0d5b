namespace OpenInteractions.Api.Http;

/// <summary>Ids as clients write them into paths: <c>int_1</c>, <c>interactions/int_1</c>, <c>interactions%2Fint_1</c> (wire 1.9).</summary>
internal static class ResourceId
{
    /// <summary>The bare id. The server leaves <c>%2F</c> in the path encoded, so it is decoded here.</summary>
    public static string Read(HttpContext context, string collection) => Bare(Uri.UnescapeDataString((string)context.Request.RouteValues["id"]!), collection);

    /// <summary>The bare id of one that may stand behind its collection.</summary>
    public static string Bare(string id, string collection) =>
        id.StartsWith(collection + "/", StringComparison.Ordinal) ? id[(collection.Length + 1)..] : id;
}
