namespace OpenInteractions.Api.Http;

/// <summary>The version segments. They all mean the same (wire 1.1): clients of every line send their own.</summary>
internal static class ApiVersions
{
    public static readonly IReadOnlyList<string> All = ["v1", "v1beta", "v1alpha", "v1beta1", "v1beta2"];

    /// <summary>Maps the same routes under every version.</summary>
    public static void MapVersions(this IEndpointRouteBuilder routes, Action<RouteGroupBuilder> map)
    {
        foreach (var version in All)
        {
            map(routes.MapGroup("/" + version));
        }
    }
}
