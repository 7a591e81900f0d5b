using Microsoft.Extensions.Hosting;
using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
using OpenInteractions.Api.Streaming;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Api.Interactions;

/// <summary>Creates an interaction (wire 2). What it needs is looked up once and not for each request: it is called more often than all others together.</summary>
internal sealed class CreateEndpoint(CreateInteraction create, BodyBudget budget, IHostApplicationLifetime lifetime, ILogger<EventStreamResult> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        RefuseRetiredClients(context.Request);
        var created = await CreateAsync(context);
        if (created.Ignored.Count > 0)
        {
            context.Response.Headers[InteractionEndpoints.IgnoredHeader] = string.Join(", ", created.Ignored);
        }

        if (created.Warning is { } warning)
        {
            context.Response.Headers[InteractionEndpoints.WarningsHeader] = warning;
        }

        if (created is CreatedInteraction.Accepted { Begin: var begin })
        {
            context.Response.OnCompleted(static begin =>
            {
                ((Action)begin).Invoke();
                return Task.CompletedTask;
            }, begin);
        }

        var answer = created switch
        {
            CreatedInteraction.Accepted accepted => InteractionWriter.Answer(accepted.Interaction, ShownSteps.Made),
            CreatedInteraction.Streamed streamed => new EventStreamResult(streamed.Events, logger, lifetime.ApplicationStopping),
            CreatedInteraction.Answered answered => InteractionWriter.Answer(answered.Interaction, ShownSteps.Made),
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };
        await answer.ExecuteAsync(context);
    }

    /// <summary>A method of its own, so that neither the body nor its part of the budget is held while the answer is written, which for a stream may take hours.</summary>
    private async Task<CreatedInteraction> CreateAsync(HttpContext context)
    {
        var key = IdempotencyKey.Read(context.Request);
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => (RequestBody.ReadCreateInteraction(bytes).WithBareIds(), key?.Mark(bytes.Span)));
        var (request, mark) = body.Value;
        return await create.ExecuteAsync(context.Caller(), request, mark, context.RequestAborted);
    }

    /// <summary>Clients of the retired schema would take an answer without complaint and show nothing (wire 27).</summary>
    private static void RefuseRetiredClients(HttpRequest request)
    {
        const string Retired = "google-genai-sdk/1.";
        if (request.Headers.UserAgent.ToString().Contains(Retired, StringComparison.Ordinal) || request.Headers["x-goog-api-client"].ToString().Contains(Retired, StringComparison.Ordinal))
        {
            throw new ApiException(ErrorCode.InvalidRequest, RequestBody.LegacySchemaMessage);
        }
    }
}
