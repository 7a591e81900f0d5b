using System.Globalization;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.FileSearch;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Api.Environments;

/// <summary>Checkpoints of environments: ours. They are made by turns, and used by <c>from_interaction</c>.</summary>
internal static class CheckpointEndpoints
{
    private const int StandardPage = 50;
    private const int LargestPage = 1000;

    public static void Map(RouteGroupBuilder version)
    {
        const string Checkpoints = $"/{EnvironmentEndpoints.Collection}/{{id}}/checkpoints";
        version.MapGet(Checkpoints, ListAsync);
        version.MapDelete(Checkpoints + "/{checkpoint}", DeleteAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, HostEnvironments environments)
    {
        var (project, id) = (context.Caller().Project, ResourceId.Read(context, EnvironmentEndpoints.Collection));
        var size = context.Request.Query.ReadPageSize("page_size", StandardPage, LargestPage);
        var list = $"{project}|{id}|checkpoints";
        var before = PageToken.ReadNumber(context.Request.Query.ReadText("page_token"), "page_token", list);
        var page = await environments.CheckpointsAsync(project, id, before, size + 1, context.RequestAborted);
        return Answers.Of(
            new EnvironmentCheckpointList
            {
                Checkpoints = [.. page.Take(size).Select(c => Show(c, environments))],
                NextPageToken = page.Count > size ? PageToken.Write(page[size - 1].Number.ToString(CultureInfo.InvariantCulture), list) : null,
            },
            WireJson.Wire.EnvironmentCheckpointList);
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, HostEnvironments environments)
    {
        var checkpoint = (string)context.Request.RouteValues["checkpoint"]!;
        await environments.DeleteCheckpointAsync(context.Caller().Project, ResourceId.Read(context, EnvironmentEndpoints.Collection), checkpoint, context.RequestAborted);
        return Answers.Empty;
    }

    private static EnvironmentCheckpoint Show(StoredCheckpoint checkpoint, HostEnvironments environments) => new()
    {
        Id = checkpoint.Id,
        EnvironmentId = checkpoint.EnvironmentId,
        InteractionId = checkpoint.InteractionId,
        Created = checkpoint.Created,
        Expires = environments.ExpiryOf(checkpoint),
        SizeBytes = checkpoint.SizeBytes.ToString(CultureInfo.InvariantCulture),
    };
}
