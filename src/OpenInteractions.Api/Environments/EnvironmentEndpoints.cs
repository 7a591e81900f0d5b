using System.Globalization;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.FileSearch;
using OpenInteractions.Api.Http;
using OpenInteractions.Api.Workers;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Api.Environments;

/// <summary>Environments (wire 17).</summary>
internal static class EnvironmentEndpoints
{
    public const string Collection = "environments";

    private const int StandardPage = 50;
    private const int LargestPage = 1000;

    public static void Map(RouteGroupBuilder version)
    {
        var environments = version.MapGroup("/" + Collection);
        environments.MapPost("", CreateAsync);
        environments.MapGet("", ListAsync);
        environments.MapGet("/{id}", GetAsync);
        environments.MapDelete("/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, HostEnvironments environments, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.CreateEnvironmentRequest));
        var asked = body.Value;
        var request = new EnvironmentRequest
        {
            Spec = new EnvironmentSpec { Type = "remote", Sources = asked.Sources, Env = asked.Env, Network = asked.Network },
            ForkOf = asked.FromEnvironment is { } origin ? BareId.Of(origin, Collection) : null,
            FromInteraction = asked.FromInteraction is { } interaction ? BareId.Of(interaction, "interactions") : null,
        };
        return await AnswerAsync(context, environments, await environments.CreateAsync(context.Caller().Project, request, "", context.RequestAborted));
    }

    private static async Task<IResult> ListAsync(HttpContext context, HostEnvironments environments)
    {
        var (project, size) = (context.Caller().Project, context.Request.Query.ReadPageSize("page_size", StandardPage, LargestPage));
        var list = $"{project}|{Collection}";
        var before = PageToken.ReadNumber(context.Request.Query.ReadText("page_token"), "page_token", list);
        var page = await environments.ListAsync(project, before, size + 1, context.RequestAborted);
        return Answers.Of(
            new EnvironmentList
            {
                Environments = await ShowAsync(context, environments, page.Take(size)),
                NextPageToken = page.Count > size ? PageToken.Write(page[size - 1].Number.ToString(CultureInfo.InvariantCulture), list) : null,
            },
            WireJson.Wire.EnvironmentList);
    }

    private static async Task<IResult> GetAsync(HttpContext context, HostEnvironments environments) =>
        await AnswerAsync(context, environments, await environments.RequireAsync(context.Caller().Project, ResourceId.Read(context, Collection), "id", context.RequestAborted));

    private static async Task<IResult> DeleteAsync(HttpContext context, HostEnvironments environments)
    {
        await environments.DeleteAsync(context.Caller().Project, ResourceId.Read(context, Collection), context.RequestAborted);
        return Answers.Empty;
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, HostEnvironments environments, StoredEnvironment environment) =>
        Answers.Of((await ShowAsync(context, environments, [environment]))[0], WireJson.Wire.EnvironmentInfo);

    // Many environments are on few workers.
    private static async Task<List<EnvironmentInfo>> ShowAsync(HttpContext context, HostEnvironments environments, IEnumerable<StoredEnvironment> rows)
    {
        var standings = new Dictionary<string, WorkerStanding?>(StringComparer.Ordinal);
        var shown = new List<EnvironmentInfo>();
        foreach (var row in rows)
        {
            if (!standings.TryGetValue(row.Host, out var standing))
            {
                standings[row.Host] = standing = await environments.StandingAsync(row, context.RequestAborted);
            }

            shown.Add(Show(environments, row, standing));
        }

        return shown;
    }

    private static EnvironmentInfo Show(HostEnvironments environments, StoredEnvironment environment, WorkerStanding? standing)
    {
        var asked = HostEnvironments.ShownOf(environment);
        return new EnvironmentInfo
        {
            Id = environment.Id,
            Status = environment.State == EnvironmentState.Failed || standing is { State: WorkerState.Lost or WorkerState.Deleted } ? "expired" : "active", // the wire has no other word for one that can be used no more
            Created = environment.Created,
            Updated = environment.Updated,
            LastAccessed = environment.LastAccessed,
            Sources = asked.Sources,
            Network = asked.Network,
            FileCount = environment.FileCount.ToString(CultureInfo.InvariantCulture),
            SizeBytes = environment.SizeBytes.ToString(CultureInfo.InvariantCulture),
            RootFilesystem = environments.RootFileSystemOf(environment),
            Worker = WorkerStates.Show(standing),
        };
    }
}
