namespace OpenInteractions.Api.Http;

/// <summary>The version segments. They all mean the same (wire 1.1): clients of every line send their own.</summary>
internal static class ApiVersions
{
    /// <summary>What stands before the version where files are sent (wire 22).</summary>
    public const string Uploads = "/upload";

    public static readonly IReadOnlyList<string> All = ["v1", "v1beta", "v1alpha", "v1beta1", "v1beta2"];

    /// <summary>The first name behind the version of a path of the API, such as <c>interactions</c>, whether there is a route for it or not; null for other paths.</summary>
    public static string? FamilyOf(PathString path)
    {
        var parts = (path.StartsWithSegments(Uploads, out var rest) ? rest : path).Value?.Split('/', 4);
        return parts is ["", var version, var family, ..] && All.Contains(version) ? family.Split(':')[0] : null;
    }

    /// <summary>Maps the same routes under every version.</summary>
    public static void MapVersions(this IEndpointRouteBuilder routes, Action<RouteGroupBuilder> map)
    {
        foreach (var version in All)
        {
            map(routes.MapGroup("/" + version));
        }
    }
}
