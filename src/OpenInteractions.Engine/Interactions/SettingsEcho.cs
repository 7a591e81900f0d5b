namespace OpenInteractions.Engine.Interactions;

/// <summary>The settings of a request that its interaction shows again (wire 4), without secrets.</summary>
internal static class SettingsEcho
{
    private static readonly byte[] None = "{}"u8.ToArray();

    public static ReadOnlyMemory<byte> Write(CreateInteractionRequest request)
    {
        if (request is { SystemInstruction: null, Tools: null, GenerationConfig: null, ResponseFormat: null, SafetySettings: null, Labels: null, ResponseModalities: null, ResponseMimeType: null })
        {
            return None;
        }

        var echo = new CreateInteractionRequest
        {
            SystemInstruction = request.SystemInstruction,
            Tools = request.Tools?.Select(t => t is McpServerTool mcp ? mcp with { Headers = null } : t).ToArray(),
            GenerationConfig = request.GenerationConfig,
            ResponseFormat = request.ResponseFormat,
            SafetySettings = request.SafetySettings,
            Labels = request.Labels,
            ResponseModalities = request.ResponseModalities,
            ResponseMimeType = request.ResponseMimeType,
        };
        return JsonSerializer.SerializeToUtf8Bytes(echo, WireJson.Wire.CreateInteractionRequest);
    }
}
