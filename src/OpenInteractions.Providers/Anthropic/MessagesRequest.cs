using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>One model call in the service's words. Built anew when the service teaches us something about a model (see <see cref="LearnedLimits"/>).</summary>
internal sealed class MessagesRequest
{
    private const string Newest = "2026-10-21";
    private const string WithSampling = "2023-06-01";

    private readonly ModelRequest _request;
    private readonly AnthropicOptions _options;
    private readonly ClaudeTraits _traits;
    private readonly LearnedLimits _limits;
    private readonly OutputFormat _format;
    private readonly int _maxTokens;

    public MessagesRequest(ModelRequest request, AnthropicOptions options, ClaudeTraits traits, StepBlocks renderer, LearnedLimits limits)
    {
        (_request, _options, _traits, _limits) = (request, options, traits, limits);
        _format = OutputFormat.For(request.ResponseFormats, traits);
        _maxTokens = MaxTokens(request, traits);
        Tools = ToolDeclarations.For(request, traits);
        if (Tools.IsEmpty && MessageHistory.Called(request.History, renderer) is { Count: > 0 } called)
        {
            Tools = ToolDeclarations.OfHistory(called);
        }

        Thinking = ThinkingSettings.For(traits, request.Config, _maxTokens, Tools.IsForced);
        var head = JsonScratch.Object(writer => WriteHead(writer, cached: false));
        var replay = limits.ThinkingIsRefused ? ThinkingReplay.None : traits.BindsThinking ? ThinkingReplay.InPlace : ThinkingReplay.All;
        History = MessageHistory.Of(request.History, renderer, traits.BindsThinking ? PrefixHash.Of(head) : PrefixHash.None, replay);
        if (Thinking.Type == "enabled" && History.OpenLoopLacksThinking)
        {
            Thinking = Thinking.WithoutThinking();
        }

        CheckStopSequences();
    }

    public ToolDeclarations Tools { get; }

    public ThinkingSettings Thinking { get; }

    public MessageHistory History { get; }

    public bool SendsSampling => _traits.Sampling && !Thinking.IsOn && !_limits.SamplingIsRefused && (_request.Config.Temperature is not null || _request.Config.TopP is not null);

    /// <summary>Settings that are not sent (behaviour TH-5, SA-1). Of two for sampling, the service takes one; of the tiers, it has two.</summary>
    public IReadOnlyList<string> Ignored
    {
        get
        {
            var sent = !SendsSampling ? null : _request.Config.Temperature is not null ? SamplingSettings.Temperature : SamplingSettings.TopP;
            return
            [
                .. SamplingSettings.In(_request.Config).Where(s => s != sent),
                .. OptionalSettings.In(_request).Where(s => s switch
                {
                    OptionalSettings.ThinkingLevel => Thinking.LeavesOut(_request.Config.ThinkingLevel!, _traits),
                    OptionalSettings.ServiceTier => _request.ServiceTier != "priority",
                    _ => true,
                }),
            ];
        }
    }

    /// <param name="pausedAnswer">What the model has said so far when it paused and goes on now.</param>
    public HttpRequestMessage ToHttp(IReadOnlyList<byte[]> pausedAnswer)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, _options.Endpoint("messages"))
        {
            Content = new ScratchContent(JsonScratch.RentObject(writer => WriteBody(writer, pausedAnswer))),
        };
        // Models of other makers stand behind compatible servers, and those know the older version.
        AddHeaders(message, _options, SendsSampling || _limits.ServerIsOlder || !_traits.IsClaude);
        return message;
    }

    public static void AddHeaders(HttpRequestMessage message, AnthropicOptions options, bool older)
    {
        message.Headers.Add("anthropic-version", options.Version ?? (older ? WithSampling : Newest));
        if (!string.IsNullOrEmpty(options.ApiKey))
        {
            message.Headers.TryAddWithoutValidation("x-api-key", options.ApiKey);
        }
    }

    private static int MaxTokens(ModelRequest request, ClaudeTraits traits)
    {
        var limit = request.Model.Capabilities.OutputTokenLimit ?? traits.OutputLimit;
        // Without a wish: half of what a current model can write, so that thinking has room and one answer does not eat the context.
        var wish = request.Config.MaxOutputTokens ?? (limit > 16_384 ? limit / 2 : limit);
        return Math.Min(wish, limit);
    }

    private void WriteBody(Utf8JsonWriter writer, IReadOnlyList<byte[]> pausedAnswer)
    {
        writer.WriteString("model", _request.Model.Id);
        writer.WriteNumber("max_tokens", _maxTokens);
        writer.WriteBoolean("stream", true);
        WriteHead(writer, _options.PromptCaching);
        WriteThinking(writer);
        WriteOutput(writer);
        WriteSampling(writer);
        if (_request.Config.StopSequences is { Count: > 0 } stops)
        {
            writer.WriteStartArray("stop_sequences");
            foreach (var stop in stops)
            {
                writer.WriteStringValue(stop);
            }

            writer.WriteEndArray();
        }

        if (_request.ServiceTier is "flex" or "priority")
        {
            writer.WriteString("service_tier", _request.ServiceTier == "priority" ? "auto" : "standard_only");
        }

        History.Write(writer, _options.PromptCaching, pausedAnswer);
    }

    /// <summary>Tools and system: what stands before the first message.</summary>
    private void WriteHead(Utf8JsonWriter writer, bool cached)
    {
        Tools.Write(writer, cached);
        var system = string.Join("\n\n", new[] { _request.SystemInstruction, _format.Instruction }.Where(t => !string.IsNullOrWhiteSpace(t)));
        if (system.Length == 0)
        {
            return;
        }

        writer.WriteStartArray("system");
        writer.WriteStartObject();
        writer.WriteString("type", "text");
        writer.WriteString("text", system);
        if (cached)
        {
            CacheMark.Write(writer);
        }

        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void WriteThinking(Utf8JsonWriter writer)
    {
        if (Thinking.Type is null)
        {
            return;
        }

        writer.WriteStartObject("thinking");
        writer.WriteString("type", Thinking.Type);
        if (Thinking.Budget is { } budget)
        {
            writer.WriteNumber("budget_tokens", budget);
        }

        if (Thinking.Display is not null)
        {
            writer.WriteString("display", Thinking.Display);
        }

        writer.WriteEndObject();
    }

    private void WriteOutput(Utf8JsonWriter writer)
    {
        if (Thinking.Effort is null && _format.Schema is null)
        {
            return;
        }

        writer.WriteStartObject("output_config");
        if (Thinking.Effort is not null)
        {
            writer.WriteString("effort", Thinking.Effort);
        }

        if (_format.Schema is not null)
        {
            writer.WriteStartObject("format");
            writer.WriteString("type", "json_schema");
            writer.WritePropertyName("schema");
            _format.Schema.WriteTo(writer);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private void WriteSampling(Utf8JsonWriter writer)
    {
        if (!SendsSampling)
        {
            return;
        }

        // The service takes one of the two, and temperatures up to 1.
        if (_request.Config.Temperature is { } temperature)
        {
            writer.WriteNumber("temperature", Math.Min(temperature, 1));
        }
        else
        {
            writer.WriteNumber("top_p", _request.Config.TopP!.Value);
        }
    }

    private void CheckStopSequences()
    {
        var stops = _request.Config.StopSequences ?? [];
        for (var i = 0; i < stops.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(stops[i]))
            {
                throw new ApiException(
                    ErrorCode.FailedPrecondition,
                    $"generation_config.stop_sequences[{i}]: the model does not stop at white space; give a text with a visible character.",
                    $"generation_config.stop_sequences[{i}]");
            }
        }
    }
}
