using System.Text.RegularExpressions;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;
using static OpenInteractions.Engine.Interactions.Requirement;

namespace OpenInteractions.Engine.Interactions;

/// <summary>What must hold between the fields of a create; each field by itself was checked when the body was read.</summary>
internal static partial class RequestRules
{
    /// <summary>Most tools in a request.</summary>
    private const int MaxTools = 512;

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
        CheckTools(request, structured);
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
        CheckLength(request.AgentConfig switch { AntigravityConfig { Model: var model } => model, CodeMenderConfig { Model: var model } => model, _ => null }, "agent_config.model");
        Require(request.AgentConfig is null || request.Agent is not null, "agent_config", "'agent_config' goes with 'agent'; for a model use 'generation_config'.");
        Require(request.GenerationConfig is null || request.Agent is null, "generation_config", "'generation_config' goes with 'model'; an agent takes 'agent_config'.");
    }

    private static void CheckLength(string? id, string path) =>
        Require(id is null || id.Length <= MaxTargetLength, path, $"'{path}' has {id?.Length} characters; an id has at most {MaxTargetLength}.");

    private static void CheckModes(CreateInteractionRequest request)
    {
        var (store, background) = (request.Store ?? true, request.Background ?? false);
        Require(store || !background, "background", "'background' needs 'store': a result that is not kept could never be read. Leave 'store' out or set it to true.");
        Require(request.WebhookConfig is null || background, "webhook_config", "'webhook_config' needs 'background': true.");
    }

    private static void CheckTools(CreateInteractionRequest request, StructuredOutput structured)
    {
        if (request.Tools is not { } tools)
        {
            return;
        }

        Require(tools.Count <= MaxTools, "tools", $"At most {MaxTools} tools may be declared; there are {tools.Count}.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string>? servers = null;
        for (var i = 0; i < tools.Count; i++)
        {
            if (tools[i] is McpServerTool { Name: { } server })
            {
                // Steps name the server alone, and so does the call that a new owner of the run finds.
                Require((servers ??= new(StringComparer.Ordinal)).Add(server), $"tools[{i}].name", $"Duplicate MCP server '{Excerpt.Of(server)}' in 'tools[{i}].name': names must differ, because steps refer to a server by its name.");
            }

            if (tools[i] is not FunctionTool function)
            {
                continue;
            }

            Require(FunctionName().IsMatch(function.Name), $"tools[{i}].name", $"Invalid value for 'tools[{i}].name': a function's name has at most 128 letters, digits, '_', '-', '.' or ':' and begins with a letter or '_'.");
            Require(names.Add(function.Name), $"tools[{i}].name", $"Duplicate function '{function.Name}' in 'tools[{i}].name': names must differ.");
            if (function.Parameters is { } schema)
            {
                Require(
                    !schema.TryGetProperty("type"u8, out var type) || (type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8)),
                    $"tools[{i}].parameters.type",
                    $"Invalid value for 'tools[{i}].parameters.type': it must be 'object', in small letters: the arguments of a function are an object.");
                structured.Require(schema, $"tools[{i}].parameters");
            }
        }
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
        for (var i = 0; i < (request.Tools?.Count ?? 0); i++)
        {
            if (request.Tools![i] is not FunctionTool and var tool)
            {
                (kinds.Find(tool.Type) ?? throw NotOffered($"tools[{i}]", $"The tool '{tool.Type}' in 'tools[{i}]' is not available on this server. Declare what you need as a 'function' and answer its calls from your application."))
                    .Require(tool, $"tools[{i}]");
            }
        }

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

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.:-]{0,127}\\z")]
    private static partial Regex FunctionName();
}
