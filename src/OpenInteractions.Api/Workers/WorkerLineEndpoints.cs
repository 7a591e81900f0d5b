using System.Globalization;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Api.Workers;

/// <summary>What workers call: a lease, their line, and a stream for each sandbox and image. A worker's key opens these and nothing else.</summary>
internal static class WorkerLineEndpoints
{
    public static void Map(RouteGroupBuilder version)
    {
        version.MapPost("/workers:lease", LeaseAsync).WithMetadata(new WorkerRoute());
        version.MapGet("/workers:connect", ConnectAsync).WithMetadata(new WorkerRoute());
        version.MapGet("/workers:stream", StreamAsync).WithMetadata(new WorkerRoute());
    }

    private static async Task<IResult> LeaseAsync(HttpContext context, LeaseWorker lease, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, bytes => RequestBody.Read(bytes, WireJson.Wire.WorkerLeaseRequest));
        return Answers.Of(await lease.ExecuteAsync(context.Worker(), body.Value, context.RequestAborted), WireJson.Wire.WorkerLease);
    }

    private static async Task ConnectAsync(HttpContext context, LeaseWorker lease, IWorkerGate gate)
    {
        var worker = context.Worker();
        var epoch = await RequireLeaseAsync(context, worker, lease);
        if (epoch is not null)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await gate.ServeAsync(worker, epoch.Value, socket, context.RequestAborted);
        }
    }

    private static async Task StreamAsync(HttpContext context, LeaseWorker lease, IWorkerGate gate)
    {
        var (worker, stream) = (context.Worker(), context.Request.Query.ReadText("stream") ?? "");
        if (await RequireLeaseAsync(context, worker, lease) is null)
        {
            return;
        }

        if (!gate.Awaits(worker.Id, stream))
        {
            throw new ApiException(ErrorCode.NotFound, "Nobody waits for this stream here: it was given up, or belongs to another server.", "stream");
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await gate.CarryAsync(worker.Id, stream, socket, context.RequestAborted);
    }

    // 412 when it is lost, as those who renew leases know it.
    private static async Task<long?> RequireLeaseAsync(HttpContext context, StoredWorker worker, LeaseWorker lease)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw new ApiException(ErrorCode.InvalidRequest, "This is a WebSocket of workers: 'oi worker' opens it.");
        }

        if (!long.TryParse(context.Request.Query.ReadText("epoch"), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
        {
            throw new ApiException(ErrorCode.InvalidRequest, "Invalid value for 'epoch': it is the one of the lease (POST /v1/workers:lease).", "epoch");
        }

        if (await lease.RenewAsync(worker.Id, epoch, context.RequestAborted))
        {
            return epoch;
        }

        context.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
        context.Response.ContentType = "application/json";
        var body = new ApiErrorBody { Error = new InteractionError { Code = ErrorTable.Of(ErrorCode.FailedPrecondition).WireCode, Message = "The lease is lost: stop every sandbox, and take it again (POST /v1/workers:lease)." } };
        await JsonSerializer.SerializeAsync(context.Response.Body, body, WireJson.Wire.ApiErrorBody, context.RequestAborted);
        return null;
    }
}

/// <summary>Marks routes that the key of a worker opens, and no other.</summary>
internal sealed class WorkerRoute;

/// <summary>Reads what authentication found.</summary>
internal static class WorkerOfRequest
{
    public static StoredWorker Worker(this HttpContext context) => context.Features.Get<StoredWorker>() ?? throw new InvalidOperationException("The route was reached without authentication.");
}
