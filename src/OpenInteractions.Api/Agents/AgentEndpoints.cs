using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Agents;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.Agents;

namespace OpenInteractions.Api.Agents;

/// <summary>Definitions of agents (wire 16). Changes, versions and the way back are this server's own (behaviour CA-9).</summary>
internal static class AgentEndpoints
{
    private const string Collection = "agents";

    public static void Map(RouteGroupBuilder version)
    {
        var agents = version.MapGroup("/" + Collection);
        agents.MapPost("", CreateAsync);
        agents.MapGet("", ListAsync);
        agents.MapGet("/{id}", GetAsync);
        agents.MapPatch("/{id}", ChangeAsync);
        agents.MapDelete("/{id}", DeleteAsync);
        agents.MapGet("/{id}/versions", ListVersionsAsync);
        agents.MapPost("/{id}:rollback", RollBackAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, CreateAgent create, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.Agent));
        return Answers.Of(await create.ExecuteAsync(context.Caller(), body.Value, context.RequestAborted), WireJson.Wire.Agent);
    }

    private static async Task<IResult> ListAsync(HttpContext context, AgentDefinitions agents)
    {
        var page = NumberedPage.Read(context, $"{context.Caller().Project}|{Collection}");
        var (found, last) = await agents.ListAsync(context.Caller(), page.Last ?? 0, page.Size, context.RequestAborted);
        return Answers.Of(new AgentList { Agents = found, NextPageToken = last is { } number ? page.Next(number) : null }, WireJson.Wire.AgentList);
    }

    private static async Task<IResult> GetAsync(HttpContext context, AgentDefinitions agents) =>
        Answers.Of(await agents.GetAsync(context.Caller(), ResourceId.Read(context, Collection), context.RequestAborted), WireJson.Wire.Agent);

    private static async Task<IResult> ChangeAsync(HttpContext context, ChangeAgent change, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.AgentChange));
        var mask = context.Request.Query.ReadText("update_mask");
        return Answers.Of(await change.UpdateAsync(context.Caller(), ResourceId.Read(context, Collection), body.Value, mask, context.RequestAborted), WireJson.Wire.Agent);
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, AgentDefinitions agents)
    {
        await agents.DeleteAsync(context.Caller(), ResourceId.Read(context, Collection), context.RequestAborted);
        return Answers.Empty;
    }

    private static async Task<IResult> ListVersionsAsync(HttpContext context, AgentDefinitions agents)
    {
        var id = ResourceId.Read(context, Collection);
        var page = NumberedPage.Read(context, $"{context.Caller().Project}|{Collection}/{id}|versions");
        var (found, last) = await agents.ListVersionsAsync(context.Caller(), id, page.Last, page.Size, context.RequestAborted);
        return Answers.Of(new AgentVersionList { Versions = found, NextPageToken = last is { } number ? page.Next(number) : null }, WireJson.Wire.AgentVersionList);
    }

    private static async Task<IResult> RollBackAsync(HttpContext context, ChangeAgent change, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.AgentRollback));
        return Answers.Of(await change.RollBackAsync(context.Caller(), ResourceId.Read(context, Collection), body.Value.Version, context.RequestAborted), WireJson.Wire.Agent);
    }
}
