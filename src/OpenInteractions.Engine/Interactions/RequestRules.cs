using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;
using static OpenInteractions.Engine.Interactions.Requirement;

namespace OpenInteractions.Engine.Interactions;

/// <summary>What must hold between the fields of a create; each field by itself was checked when the body was read.</summary>
internal static class RequestRules
{
    /// <summary>Longest id of a model or an agent, in characters: providers keep what they learn about models by it.</summary>
    private const int MaxTargetLength = 256;

    /// <summary>Most stop sequences in a request: each is looked for in everything that the model writes.</summary>
    private const int MaxStopSequences = 64;

    /// <param name="request">The request.</param>
    /// <param name="kinds">The tools that this server runs.</param>
    /// <param name="structured">Reads the schemas of answers.</param>
    /// <exception cref="ApiException">The request is wrong; the message names the place and the remedy.</exception>
    public static void Check(CreateInteractionRequest request, ToolKinds kinds, StructuredOutput structured)
    {
        CheckTarget(request);
        CheckModes(request);
        ToolRules.Check(request.Tools, structured);
        CheckToolChoice(request);
        CheckFormats(request, structured);
        CheckLabels(request.Labels);
        CheckNotOffered(request, kinds);
    }

    private static void CheckTarget(CreateInteractionRequest request)
    {
        Require(request.Model is not null || request.Agent is not null, "model", "Missing required parameter: give 'model' or 'agent'.");
        Require(request.Model is null || request.Agent is null, "agent", "Give 'model' or 'agent', not both.");
        var target = request.Model is not null ? "model" : "agent";
        Require(!string.IsNullOrWhiteSpace(request.Model ?? request.Agent), target, $"Invalid value for '{target}': it may not be empty.");
        CheckLength(request.Model ?? request.Agent, target);
        CheckAgentConfig(request.AgentConfig);
        Require(request.AgentConfig is null || request.Agent is not null, "agent_config", "'agent_config' goes with 'agent'; for a model use 'generation_config'.");
        Require(request.GenerationConfig is null || request.Agent is null, "generation_config", "'generation_config' goes with 'model'; an agent takes 'agent_config'.");
    }

    /// <param name="config">The settings of an agent.</param>
    /// <exception cref="ApiException">They are wrong.</exception>
    public static void CheckAgentConfig(AgentConfig? config) =>
        CheckLength(config switch { AntigravityConfig { Model: var model } => model, CodeMenderConfig { Model: var model } => model, _ => null }, "agent_config.model");

    /// <param name="id">The id of a model or an agent.</param>
    /// <param name="path">Where it stands.</param>
    /// <exception cref="ApiException">It is too long.</exception>
    public static void CheckLength(string? id, string path) =>
        Require(id is null || id.Length <= MaxTargetLength, path, $"'{path}' has {id?.Length} characters; an id has at most {MaxTargetLength}.");

    private static void CheckModes(CreateInteractionRequest request)
    {
        var (store, background) = (request.Store ?? true, request.Background ?? false);
        Require(store || !background, "background", "'background' needs 'store': a result that is not kept could never be read. Leave 'store' out or set it to true.");
        Require(request.WebhookConfig is null || background, "webhook_config", "'webhook_config' needs 'background': true.");
    }

    private static void CheckToolChoice(CreateInteractionRequest request)
    {
        if (request.GenerationConfig?.ToolChoice is not { } choice)
        {
            return;
        }

        var tools = request.Tools ?? [];
        if (choice.Text is ToolChoiceMode.Any)
        {
            Require(tools.Count > 0, "generation_config.tool_choice", "'generation_config.tool_choice' is 'any' but no tools are declared.");
        }

        if (choice.Value is { } limited)
        {
            var listed = limited.AllowedTools.Tools ?? [];
            for (var i = 0; i < listed.Count; i++)
            {
                Require(ToolChoices.IsDeclared(listed[i], tools), $"generation_config.tool_choice.allowed_tools.tools[{i}]", $"'generation_config.tool_choice.allowed_tools.tools[{i}]' names '{Excerpt.Of(listed[i])}', which is not declared in 'tools'.");
            }

            Require(limited.AllowedTools.Mode is not ToolChoiceMode.Any || listed.Count > 0, "generation_config.tool_choice.allowed_tools.tools", "'generation_config.tool_choice.allowed_tools' with mode 'any' must list at least one tool.");
        }
    }

    private static void CheckFormats(CreateInteractionRequest request, StructuredOutput structured)
    {
        CheckStops(request.GenerationConfig?.StopSequences ?? []);
        Require(request.ResponseModalities?.Contains("document") != true, "response_modalities", "Invalid value 'document' for 'response_modalities': no model makes documents. Supported values: 'text', 'image', 'audio', 'video'.");
        if (request.ResponseFormat is not { } formats)
        {
            return;
        }

        Require(formats.Count > 0, "response_format", "'response_format' may not be an empty list.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < formats.Count; i++)
        {
            var path = formats.IsSingle ? "response_format" : $"response_format[{i}]";
            Require(seen.Add(formats[i].Type), path, $"'{path}' is the second entry for '{formats[i].Type}': give one entry per modality.");
            if (formats[i] is TextResponseFormat { Schema: not null, MimeType: "text/plain" })
            {
                throw Wrong($"{path}.mime_type", $"'{path}.schema' needs '{path}.mime_type' to be 'application/json'.");
            }

            if (formats[i] is SchemaResponseFormat { Schema: var schema })
            {
                BareSchemaRules.Require(schema, path);
                structured.Require(schema, path);
            }
            else if (formats[i] is TextResponseFormat { Schema: { } named })
            {
                structured.Require(named, $"{path}.schema");
            }
        }
    }

    private static void CheckStops(IReadOnlyList<string> stops)
    {
        const string Path = "generation_config.stop_sequences";
        Require(stops.Count <= MaxStopSequences, Path, $"'{Path}' has {stops.Count} entries; at most {MaxStopSequences} are allowed.");
        for (var i = 0; i < stops.Count; i++)
        {
            Require(stops[i].Length > 0, $"{Path}[{i}]", $"'{Path}[{i}]' may not be empty.");
        }
    }

    private static void CheckLabels(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels is null)
        {
            return;
        }

        Require(labels.Count <= LabelRules.MaxCount, "labels", $"At most {LabelRules.MaxCount} labels may be set.");
        foreach (var (key, value) in labels)
        {
            if ((LabelRules.FaultOfKey(key) ?? LabelRules.FaultOfValue(value)) is { } fault)
            {
                throw Wrong($"labels.{Excerpt.Of(key)}", $"Invalid label 'labels.{Excerpt.Of(key)}': {fault}.");
            }
        }
    }

    /// <summary>What the wire has and this server does not do yet is refused, never dropped.</summary>
    private static void CheckNotOffered(CreateInteractionRequest request, ToolKinds kinds)
    {
        ToolRules.CheckOffered(request.Tools, kinds);
        if (request.WebhookConfig is not null)
        {
            throw NotOffered("webhook_config", "'webhook_config' is not available on this server; poll the interaction or follow its stream.");
        }

        if (request.CachedContent is not null)
        {
            throw NotOffered("cached_content", "'cached_content' is not available: repeated prefixes are found in the provider's cache without it.");
        }

        if (request.ContinuationToken is not null)
        {
            throw Wrong("continuation_token", "Unknown 'continuation_token': this server issues none; continue with 'previous_interaction_id'.");
        }
    }

    private static ApiException NotOffered(string field, string message) => new(ErrorCode.FailedPrecondition, message, field);
}
