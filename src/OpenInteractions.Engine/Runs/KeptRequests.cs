using OpenInteractions.Engine.Secrets;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// A run's request as its row has it. One that holds secrets is sealed (design 8), so that neither the database nor its log shows them; others are plain, and can be read by whoever looks
/// for what a run was asked.
/// </summary>
public sealed class KeptRequests(ISecretBox box)
{
    /// <summary>The request as it is kept.</summary>
    /// <param name="id">The interaction.</param>
    /// <param name="request">The request.</param>
    public byte[] Write(string id, CreateInteractionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var json = JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Wire.CreateInteractionRequest);
        return HoldsSecrets(request) ? box.Seal(Purpose(id), json) : json;
    }

    /// <summary>A kept request.</summary>
    /// <param name="id">The interaction.</param>
    /// <param name="kept">What <see cref="Write"/> gave.</param>
    /// <exception cref="SecretLostException">It is sealed, and not for this interaction or this server.</exception>
    public CreateInteractionRequest Read(string id, ReadOnlySpan<byte> kept) =>
        JsonSerializer.Deserialize(kept is [(byte)'{', ..] ? kept : box.Open(Purpose(id), kept), WireJson.Wire.CreateInteractionRequest)!;

    /// <summary>Headers for MCP servers, and whatever an environment is given: variables, headers of its requests, texts.</summary>
    private static bool HoldsSecrets(CreateInteractionRequest request) =>
        request.Environment?.Value is not null || request.Tools?.Any(t => t is McpServerTool { Headers.Count: > 0 }) == true;

    private static string Purpose(string id) => "request/" + id;
}
