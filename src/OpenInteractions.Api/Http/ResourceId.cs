using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Api.Http;

/// <summary>Ids as clients write them into paths: <c>int_1</c>, <c>interactions/int_1</c>, <c>interactions%2Fint_1</c> (wire 1.9).</summary>
internal static class ResourceId
{
    /// <summary>The bare id. The server leaves <c>%2F</c> in the path encoded, so it is decoded here.</summary>
    public static string Read(HttpContext context, string collection) => BareId.Of(Uri.UnescapeDataString((string)context.Request.RouteValues["id"]!), collection);
}
