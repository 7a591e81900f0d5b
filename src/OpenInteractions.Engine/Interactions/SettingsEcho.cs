namespace OpenInteractions.Engine.Interactions;

/// <summary>The settings of a request that its interaction shows again (wire 4), without secrets.</summary>
internal static class SettingsEcho
{
    private static readonly byte[] None = "{}"u8.ToArray();

    /// <param name="request">The request as it came.</param>
    /// <param name="environmentId">The environment that it uses, or null.</param>
    public static ReadOnlyMemory<byte> Write(CreateInteractionRequest request, string? environmentId = null)
    {
        var settings = Write(request);
        return environmentId is null ? settings : JsonScratch.Object(json =>
        {
            json.WriteString("environment_id"u8, environmentId);
            using var document = JsonDocument.Parse(settings, new JsonDocumentOptions { MaxDepth = WireJson.Wire.Options.MaxDepth });
            foreach (var setting in document.RootElement.EnumerateObject())
            {
                setting.WriteTo(json);
            }
        });
    }

    private static ReadOnlyMemory<byte> Write(CreateInteractionRequest request)
    {
        if (request is { AgentConfig: null, SystemInstruction: null, Tools: null, GenerationConfig: null, ResponseFormat: null, SafetySettings: null, Labels: null, ResponseModalities: null, ResponseMimeType: null })
        {
            return None;
        }

        var echo = new CreateInteractionRequest
        {
            SystemInstruction = request.SystemInstruction,
            Tools = request.Tools?.Select(t => t is McpServerTool mcp ? mcp with { Headers = null } : t).ToArray(),
            GenerationConfig = request.GenerationConfig,
            AgentConfig = request.AgentConfig,
            ResponseFormat = request.ResponseFormat,
            SafetySettings = request.SafetySettings,
            Labels = request.Labels,
            ResponseModalities = request.ResponseModalities,
            ResponseMimeType = request.ResponseMimeType,
        };
        return JsonSerializer.SerializeToUtf8Bytes(echo, WireJson.Wire.CreateInteractionRequest);
    }
}
