using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>The models at one address, with what the service says of them where it says anything.</summary>
internal sealed class ModelList(UpstreamClient client, AnthropicOptions options)
{
    private const int PageSize = 1000;
    private const int MostPages = 20;

    public async Task<IReadOnlyList<ModelDescription>> ReadAsync(Func<bool> serverIsOlder, CancellationToken cancellationToken)
    {
        var models = new List<ModelDescription>();
        string? after = null;
        for (var page = 0; page < MostPages; page++)
        {
            var query = $"models?limit={PageSize}{(after is null ? "" : $"&after_id={Uri.EscapeDataString(after)}")}";
            var answer = await client.GetJsonAsync(() => Request(query, serverIsOlder()), cancellationToken).ConfigureAwait(false);
            foreach (var model in answer.Member("data") is { ValueKind: JsonValueKind.Array } data ? data.EnumerateArray() : default)
            {
                if (model.Text("id") is { Length: > 0 } id)
                {
                    models.Add(Describe(model, id));
                }
            }

            after = answer.Text("last_id");
            if (after is null || answer.Member("has_more") is not { ValueKind: JsonValueKind.True })
            {
                break;
            }
        }

        return models;
    }

    public static ModelDescription Describe(string id, string provider)
    {
        var traits = ClaudeTraits.Of(id);
        return new ModelDescription
        {
            Id = id,
            Provider = provider,
            Family = traits.Family,
            Capabilities = new ModelCapabilities
            {
                Input = Modalities.Text | Modalities.Image | Modalities.Document,
                Output = Modalities.Text,
                NativeTools = [GoogleSearchTool.TypeName],
                StructuredOutput = traits.StructuredOutput,
                StructuredOutputWithFunctions = traits.StructuredOutput,
                ThinkingLevels = traits.Levels,
                Sampling = traits.Sampling,
                InputTokenLimit = traits.InputLimit > 0 ? traits.InputLimit : null,
                OutputTokenLimit = traits.OutputLimit,
            },
        };
    }

    private ModelDescription Describe(JsonElement model, string id)
    {
        var described = Describe(id, options.Name);
        var capabilities = described.Capabilities;
        var said = model.Member("capabilities");
        var input = Modalities.Text;
        input |= Supports(said, "image_input") != false ? Modalities.Image : Modalities.None;
        input |= Supports(said, "pdf_input") != false ? Modalities.Document : Modalities.None;
        return described with
        {
            DisplayName = model.Text("display_name"),
            Capabilities = capabilities with
            {
                Input = input,
                StructuredOutput = Supports(said, "structured_outputs") ?? capabilities.StructuredOutput,
                StructuredOutputWithFunctions = Supports(said, "structured_outputs") ?? capabilities.StructuredOutputWithFunctions,
                InputTokenLimit = (int?)model.Count("max_input_tokens") ?? capabilities.InputTokenLimit,
                OutputTokenLimit = (int?)model.Count("max_tokens") ?? capabilities.OutputTokenLimit,
            },
        };
    }

    private static bool? Supports(JsonElement? capabilities, string name) =>
        capabilities?.Member(name)?.Member("supported") is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    private HttpRequestMessage Request(string path, bool older)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, options.Endpoint(path));
        MessagesRequest.AddHeaders(request, options, older);
        return request;
    }
}
