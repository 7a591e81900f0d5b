using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Interactions;

/// <summary>Our extensions: the list and the tree (design 2).</summary>
internal static class InteractionListEndpoints
{
    private const int StandardPage = 50;
    private const int LargestPage = 1000;
    private const string LabelPrefix = "label.";

    public static async Task<IResult> ListAsync(HttpContext context, IInteractionStore store)
    {
        var query = context.Request.Query;
        var filter = ReadFilter(query);
        var size = query.ReadPageSize("page_size", StandardPage, LargestPage);
        var project = context.Caller().Project;
        var list = $"{project}|{filter.Status}|{filter.Model}|{filter.Agent}|{filter.PreviousId}|{filter.CreatedAfter:O}|{filter.CreatedBefore:O}|"
            + string.Join('|', filter.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));
        var before = PageToken.Read(query.ReadText("page_token"), "page_token", list);
        var page = await store.ListAsync(project, filter, First(before, filter.CreatedBefore), size + 1, context.RequestAborted);
        return new InteractionWriter.JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("interactions"u8);
            foreach (var interaction in page.Take(size))
            {
                InteractionWriter.Write(json, interaction, ShownSteps.None, includeInput: false);
            }

            json.WriteEndArray();
            if ((page.Count > size ? page[size - 1].Id : page.LookedThrough) is { } last && !IsOlder(last, filter.CreatedAfter))
            {
                json.WriteString("next_page_token"u8, PageToken.Write(last, list));
            }

            json.WriteEndObject();
        });
    }

    public static async Task<IResult> TreeAsync(HttpContext context, GetInteraction get, IInteractionStore store)
    {
        var query = context.Request.Query;
        var size = query.ReadPageSize("page_size", StandardPage, LargestPage);
        var root = await get.FindRootAsync(context.Caller(), ResourceId.Read(context, "interactions"), context.RequestAborted);
        var list = $"{context.Caller().Project}|tree|{root}";
        var after = PageToken.Read(query.ReadText("page_token"), "page_token", list);
        var page = await store.ListTreeAsync(context.Caller().Project, root, after, size + 1, context.RequestAborted);
        var tree = new InteractionTree
        {
            RootId = root,
            Nodes = [.. page.Take(size).Select(n => new InteractionTreeNode { Id = n.Id, PreviousInteractionId = n.PreviousId, Status = n.Status, Model = n.Model, Agent = n.Agent, Created = n.Created })],
            NextPageToken = page.Count > size ? PageToken.Write(page[size - 1].Id, list) : null,
        };
        return new InteractionWriter.JsonAnswer(json => JsonSerializer.Serialize(json, tree, WireJson.Wire.InteractionTree));
    }

    private static InteractionFilter ReadFilter(IQueryCollection query)
    {
        InteractionStatus? status = null;
        if (query.ReadText("status") is { } name)
        {
            status = InteractionStatuses.TryParse(name, out var parsed) ? parsed : throw QueryReader.Wrong("status", name, $"one of {string.Join(", ", InteractionStatuses.All)}");
        }

        return new InteractionFilter
        {
            Status = status,
            Model = query.ReadText("model") is { } model && model.StartsWith(Models.ModelEndpoints.Prefix, StringComparison.Ordinal) ? model[Models.ModelEndpoints.Prefix.Length..] : query.ReadText("model"),
            Agent = query.ReadText("agent"),
            PreviousId = query.ReadText("previous_interaction_id") is { } previous ? BareId.Of(previous, "interactions") : null,
            CreatedAfter = query.ReadTime("created_after"),
            CreatedBefore = query.ReadTime("created_before"),
            Labels = query.Where(q => q.Key.StartsWith(LabelPrefix, StringComparison.Ordinal)).ToDictionary(q => LabelOf(q.Key), q => query.ReadText(q.Key) ?? "", StringComparer.Ordinal),
        };
    }

    private static string LabelOf(string parameter) => LabelRules.FaultOfKey(parameter[LabelPrefix.Length..]) is { } fault
        ? throw new ApiException(ErrorCode.InvalidRequest, $"Invalid query parameter '{Excerpt.Of(parameter, 60)}': {fault}. A label is asked for as '{LabelPrefix}NAME=VALUE'.", parameter)
        : parameter[LabelPrefix.Length..];

    /// <summary>Ids order by time: behind what is too old there is nothing more.</summary>
    private static bool IsOlder(string id, DateTimeOffset? createdAfter) => createdAfter is { } time && string.CompareOrdinal(id, InteractionId.FirstAt(time)) < 0;

    /// <summary>Ids order by time: what was created later need not be looked at.</summary>
    private static string? First(string? before, DateTimeOffset? createdBefore) =>
        createdBefore is { } time && InteractionId.FirstAt(time) is var first && (before is null || string.CompareOrdinal(first, before) < 0) ? first : before;
}
