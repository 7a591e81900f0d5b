using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Engine.Providers;

/// <summary>Refuses a request that needs what the model lacks (design 3): nothing is dropped silently.</summary>
public static class CapabilityCheck
{
    /// <summary>Passes when the request's model can do what the request needs. No earlier turn is read: what the chain holds is known from its last one.</summary>
    /// <param name="request">The request; its history does not matter.</param>
    /// <param name="input">Kinds of content in this turn's input.</param>
    /// <param name="chain">Kinds of content in the turns before (behaviour ST-12).</param>
    /// <param name="written">This turn's input, to name the place in it.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.FailedPrecondition"/>, naming the capability and what would be right.</exception>
    public static void Require(ModelRequest request, Modalities input, Modalities chain, InteractionInput? written = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var can = request.Model.Capabilities;
        if ((input & ~can.Input) is var lacking and not Modalities.None)
        {
            var path = written is null ? "input" : InputRules.PathOfFirst(written, lacking);
            throw LacksInput(request, can, lacking, $"'{path}' has", path);
        }

        if ((chain & ~can.Input) is var missing and not Modalities.None)
        {
            throw LacksInput(request, can, missing, "An earlier turn has", "previous_interaction_id");
        }

        RequireOutput(request, can);
        RequireMedia(request, can);

        if (request.Functions.Count > 0 && !can.Functions)
        {
            throw Lacks(request, "functions", "cannot call functions", "leave 'tools' out or use a model that calls functions", "tools");
        }

        if (ForcesCall(request.Config) && !can.Functions)
        {
            throw Lacks(request, "functions", "cannot call functions", "leave 'tool_choice' out", "generation_config.tool_choice");
        }

        if (NeedsJson(request))
        {
            if (!can.StructuredOutput)
            {
                throw Lacks(request, "structured output", "does not keep to a JSON schema", "leave 'response_format' out", "response_format");
            }

            if (request.Functions.Count > 0 && !can.StructuredOutputWithFunctions)
            {
                throw Lacks(request, "structured output with functions", "does not keep to a JSON schema while functions are declared", "send either 'response_format' or 'tools'", "response_format");
            }
        }

        RequireThinking(request, can);
    }

    private static void RequireThinking(ModelRequest request, ModelCapabilities can)
    {
        if (request.Config.ThinkingLevel is not { } level || can.ThinkingLevels.Contains(level) || can.MayThink)
        {
            return;
        }

        throw can.ThinkingLevels.Count == 0
            ? Lacks(request, "thinking", "does not think", "leave 'thinking_level' out", "generation_config.thinking_level")
            : Lacks(request, $"thinking_level '{level}'", "does not have it", $"use one of: {string.Join(", ", can.ThinkingLevels)}", "generation_config.thinking_level");
    }

    private static ApiException LacksInput(ModelRequest request, ModelCapabilities can, Modalities missing, string where, string field) =>
        Lacks(request, $"{Names(missing)} input", $"takes {Names(can.Input)} only. {where} {Names(missing)}", $"use a model that takes {Names(missing)}, or leave it out", field);

    private static void RequireOutput(ModelRequest request, ModelCapabilities can)
    {
        var wanted = Modalities.None;
        foreach (var format in request.ResponseFormats)
        {
            wanted |= format switch
            {
                ImageResponseFormat => Modalities.Image,
                AudioResponseFormat => Modalities.Audio,
                VideoResponseFormat => Modalities.Video,
                _ => Modalities.Text,
            };
        }

        if ((wanted & ~can.Output) is var missing and not Modalities.None)
        {
            throw Lacks(request, $"{Names(missing)} output", $"makes {Names(can.Output)} only", $"ask for {Names(can.Output)} in 'response_format', or use a model that makes {Names(missing)}", "response_format");
        }
    }

    /// <summary>Settings of a medium that the model neither makes nor takes would go nowhere.</summary>
    private static void RequireMedia(ModelRequest request, ModelCapabilities can)
    {
        foreach (var path in OptionalSettings.MediaIn(request.Config))
        {
            var (needed, had, direction) = path switch
            {
                OptionalSettings.SpeechConfig => (Modalities.Audio, can.Output, "output"),
                OptionalSettings.VideoConfig => (Modalities.Video, can.Output, "output"),
                OptionalSettings.ImageConfig => (Modalities.Image, can.Output, "output"),
                _ => (Modalities.Audio, can.Input, "input"),
            };
            if (!had.HasFlag(needed))
            {
                throw Lacks(
                    request, $"{Names(needed)} {direction}", $"{(direction == "output" ? "makes" : "takes")} {Names(had)} only",
                    $"leave '{path}' out, or use a model that {(direction == "output" ? "makes" : "takes")} {Names(needed)}", path);
            }
        }
    }

    private static bool NeedsJson(ModelRequest request) => request.ResponseFormats.Any(f => f is SchemaResponseFormat or TextResponseFormat { Schema: not null });

    private static bool ForcesCall(GenerationConfig config) =>
        (config.ToolChoice?.Text ?? config.ToolChoice?.Value?.AllowedTools.Mode) == ToolChoiceMode.Any;

    private static ApiException Lacks(ModelRequest request, string capability, string lack, string right, string field) =>
        new(ErrorCode.FailedPrecondition, $"The model '{request.PublicModel ?? request.Model.Id}' lacks {capability}: it {lack}. Instead, {right}.", field);

    private static string Names(Modalities modalities) => modalities == Modalities.None
        ? "nothing"
        : string.Join(" and ", Enum.GetValues<Modalities>().Where(m => m != Modalities.None && modalities.HasFlag(m)).Select(m => m switch
        {
            Modalities.Text => "text",
            Modalities.Image => "image",
            Modalities.Audio => "audio",
            Modalities.Video => "video",
            _ => "document",
        }));
}
