using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Runs;

/// <summary>Puts a request together for a provider.</summary>
internal static class ModelRequests
{
    /// <summary>The tier of a request that names none, and of one that the provider does not take.</summary>
    public const string StandardTier = "standard";

    private static readonly GenerationConfig Defaults = new();

    public static ModelRequest Build(RunPlan plan, ModelDescription model, IReadOnlyList<HistoryTurn> history)
    {
        var request = plan.Request;
        return new ModelRequest
        {
            Model = model,
            PublicModel = plan.Interaction.Model ?? plan.Request.Model,
            History = history,
            SystemInstruction = request.SystemInstruction,
            Functions = request.Tools is { Count: > 0 } tools ? [.. tools.OfType<FunctionTool>()] : [],
            Config = request.GenerationConfig ?? Defaults,
            ResponseFormats = Formats(request),
            SafetySettings = request.SafetySettings ?? [],
            ServiceTier = request.ServiceTier ?? StandardTier,
            IsFollowed = plan.Interaction.HasJournal,
            LeftOut = plan.LeftOut,
            Project = plan.Interaction.Project,
            InteractionId = plan.Interaction.Id,
        };
    }

    /// <summary>The request with the conversation up to what the turn has made so far.</summary>
    public static ModelRequest Build(RunPlan plan, ModelDescription model, IReadOnlyList<HistoryTurn> earlier, TurnOutput output, SealedReadings readings)
    {
        var before = earlier.Count == 0 ? [] : earlier[^1].Steps;
        var own = OwnSteps(plan, output);
        var history = new List<HistoryTurn>(earlier.Count + 1);
        history.AddRange(earlier);
        history.Add(new HistoryTurn(TurnJson.ModelView(own, before, s => readings.View(plan.Interaction.Project, s)), isSettled: false));
        return Build(plan, model, history);
    }

    /// <summary>The turn's input and what it has made so far.</summary>
    public static List<HistoryStep> OwnSteps(RunPlan plan, TurnOutput output)
    {
        var input = plan.Request.Input!.Steps;
        var steps = new List<HistoryStep>(input.Count + output.Steps.Count);
        foreach (var step in input)
        {
            steps.Add(new HistoryStep(step));
        }

        steps.AddRange(output.Steps);
        return steps;
    }

    /// <summary>The request as far as it is known before the run: what a tool of the server will bring stands for itself, as a function of its name.</summary>
    public static ModelRequest BuildForCheck(RunPlan plan, ModelDescription model, IReadOnlyList<Tool> native)
    {
        var request = Build(plan, model, []);
        return ToolKinds.HasServerTools(plan.Request.Tools)
            ? request with { NativeTools = native, Functions = [.. plan.Request.Tools!.Except(native, ReferenceEqualityComparer.Instance).Cast<Tool>().Select(t => t as FunctionTool ?? new FunctionTool { Name = t.Type })] }
            : request;
    }

    /// <summary>The formats asked for, the retired fields of the same meaning included (behaviour SO-1).</summary>
    public static IReadOnlyList<ResponseFormat> Formats(CreateInteractionRequest request)
    {
        if (request is { ResponseFormat: null, ResponseMimeType: null, ResponseModalities: null })
        {
            return [];
        }

        var formats = (request.ResponseFormat ?? (IReadOnlyList<ResponseFormat>)[]).Select(Normalize).ToList();
        if (request.ResponseMimeType is "application/json" or "text/plain" && !formats.Any(f => f is TextResponseFormat))
        {
            formats.Add(new TextResponseFormat { MimeType = request.ResponseMimeType });
        }

        foreach (var modality in request.ResponseModalities ?? [])
        {
            if (!formats.Any(f => f.Type == modality) && OfModality(modality, request) is { } format)
            {
                formats.Add(format);
            }
        }

        return formats;
    }

    private static ResponseFormat Normalize(ResponseFormat format) => format switch
    {
        SchemaResponseFormat bare => new TextResponseFormat { MimeType = "application/json", Schema = bare.Schema },
        TextResponseFormat { MimeType: null, Schema: not null } text => text with { MimeType = "application/json" },
        _ => format,
    };

    private static ResponseFormat? OfModality(string modality, CreateInteractionRequest request) => modality switch
    {
        "text" => new TextResponseFormat(),
        "image" => new ImageResponseFormat { AspectRatio = request.GenerationConfig?.ImageConfig?.AspectRatio, ImageSize = request.GenerationConfig?.ImageConfig?.ImageSize },
        "audio" => new AudioResponseFormat(),
        "video" => new VideoResponseFormat(),
        _ => null,
    };
}
