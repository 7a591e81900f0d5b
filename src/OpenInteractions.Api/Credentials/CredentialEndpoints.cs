using OpenInteractions.Api.Auth;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Credentials;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.Credentials;

namespace OpenInteractions.Api.Credentials;

/// <summary>Credentials (wire 18, behaviour CR-1 to CR-6). No answer holds a secret.</summary>
internal static class CredentialEndpoints
{
    private const string Collection = "credentials";

    public static void Map(RouteGroupBuilder version)
    {
        var credentials = version.MapGroup("/" + Collection);
        credentials.MapPost("", CreateAsync);
        credentials.MapGet("", ListAsync);
        credentials.MapGet("/{id}", GetAsync);
        credentials.MapPatch("/{id}", ChangeAsync);
        credentials.MapDelete("/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, CreateCredential create, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, Read);
        return Answer(await create.ExecuteAsync(context.Caller(), body.Value, context.RequestAborted));
    }

    private static async Task<IResult> ListAsync(HttpContext context, ICredentialStore credentials)
    {
        var project = context.Caller().Project;
        var page = NumberedPage.Read(context, $"{project}|{Collection}");
        var found = await credentials.ListAsync(project, page.Last ?? 0, page.Size + 1, context.RequestAborted);
        return Answers.Of(
            new CredentialList { Credentials = [.. found.Take(page.Size).Select(Shown)], NextPageToken = found.Count > page.Size ? page.Next(found[page.Size - 1].Number) : null },
            WireJson.Wire.CredentialList);
    }

    private static async Task<IResult> GetAsync(HttpContext context, ICredentialStore credentials)
    {
        var id = ResourceId.Read(context, Collection);
        return Answer(await credentials.GetAsync(context.Caller().Project, id, context.RequestAborted) ?? throw ChangeCredential.NotFound(id));
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, ChangeCredential change, BodyBudget budget)
    {
        using var body = await RequestBytes.ReadAsync(context.Request, budget, Read);
        var mask = context.Request.Query.ReadText("update_mask");
        return Answer(await change.ExecuteAsync(context.Caller(), ResourceId.Read(context, Collection), body.Value, mask, context.RequestAborted));
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, ICredentialStore credentials)
    {
        var id = ResourceId.Read(context, Collection);
        return await credentials.DeleteAsync(context.Caller().Project, id, context.RequestAborted) ? Answers.Empty : throw ChangeCredential.NotFound(id);
    }

    /// <summary>Here the vendor calls an unknown field an invalid request, as everything else (behaviour TR-4).</summary>
    private static CredentialSpec Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return RequestBody.Read(body, WireJson.Wire.CredentialSpec);
        }
        catch (ApiException exception) when (exception.Code == ErrorCode.ParameterUnknown)
        {
            throw new ApiException(ErrorCode.InvalidRequest, exception.Message, exception.Field);
        }
    }

    private static IResult Answer(StoredCredential credential) => Answers.Of(Shown(credential), WireJson.Wire.Credential);

    private static Credential Shown(StoredCredential credential) => new()
    {
        Id = credential.Id,
        Type = credential.Type,
        Status = credential.IsRevoked ? "revoked" : "active",
        CreateTime = credential.Created,
        UpdateTime = credential.Updated,
    };
}
