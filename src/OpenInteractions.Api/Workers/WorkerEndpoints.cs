using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Contracts.Workers;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Api.Workers;

/// <summary>Workers of a project: ours. A key is in the answer that makes it, and nowhere else.</summary>
internal static class WorkerEndpoints
{
    public const string Collection = "workers";

    public static void Map(RouteGroupBuilder version)
    {
        var workers = version.MapGroup("/" + Collection);
        workers.MapPost("", CreateAsync);
        workers.MapGet("", ListAsync);
        workers.MapGet("/{id}", GetAsync);
        workers.MapDelete("/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, CreateWorker create, HostEnvironments environments, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.CreateWorkerRequest));
        var (worker, key) = await create.ExecuteAsync(context.Caller(), body.Value, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return Answers.Of(Show(worker, environments) with { Key = key }, WireJson.Wire.Worker);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IWorkerStore workers, HostEnvironments environments)
    {
        var project = context.Caller().Project;
        var page = NumberedPage.Read(context, $"{project}|{Collection}");
        var found = await workers.ListAsync(project, page.Last ?? 0, page.Size + 1, context.RequestAborted);
        return Answers.Of(
            new WorkerList { Workers = [.. found.Take(page.Size).Select(w => Show(w, environments))], NextPageToken = found.Count > page.Size ? page.Next(found[page.Size - 1].Number) : null },
            WireJson.Wire.WorkerList);
    }

    private static async Task<IResult> GetAsync(HttpContext context, IWorkerStore workers, HostEnvironments environments)
    {
        var id = ResourceId.Read(context, Collection);
        return await workers.GetAsync(id, context.RequestAborted) is { IsDeleted: false } found && found.Project == context.Caller().Project
            ? Answers.Of(Show(found, environments), WireJson.Wire.Worker)
            : throw NotFound(id);
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, IWorkerStore workers)
    {
        var id = ResourceId.Read(context, Collection);
        return await workers.DeleteAsync(context.Caller().Project, id, context.RequestAborted) ? Answers.Empty : throw NotFound(id);
    }

    private static ApiException NotFound(string id) => new(ErrorCode.NotFound, $"There is no worker '{Excerpt.Of(id, 100)}'. 'GET /v1/workers' lists those of this project.", "id");

    private static Worker Show(StoredWorker worker, HostEnvironments environments) => new()
    {
        Id = worker.Id,
        Name = worker.Name,
        AllProjects = worker.IsForAll,
        State = worker.Seen is null ? "new" : WorkerStates.Say(environments.StandingOf(worker).State),
        Created = worker.Created,
        LastSeen = worker.Seen,
    };
}

/// <summary>Words for how it stands with a worker.</summary>
internal static class WorkerStates
{
    public static string Say(WorkerState state) => state switch { WorkerState.Connected => "connected", WorkerState.Away => "away", WorkerState.Lost => "lost", _ => "deleted" };

    public static EnvironmentWorker? Show(WorkerStanding? standing) => standing is null ? null : new EnvironmentWorker
    {
        Id = standing.Worker,
        State = Say(standing.State),
        Since = standing.State == WorkerState.Connected ? null : standing.Since,
    };
}
