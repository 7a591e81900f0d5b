using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Tests.OpenAI;

/// <summary>The events of one model call, folded; the order that the contract promises is checked on the way.</summary>
internal sealed record ModelAnswer(IReadOnlyList<HistoryStep> Steps, ModelStopped Stop, IReadOnlyList<ModelEvent> Events)
{
    public string Text => string.Concat(Steps.Select(s => s.Step).OfType<ModelOutputStep>().SelectMany(o => o.Content).OfType<TextContent>().Select(t => t.Text));

    public string Thoughts => string.Concat(Steps.Select(s => s.Step).OfType<ThoughtStep>().SelectMany(t => t.Summary ?? []).OfType<TextContent>().Select(t => t.Text));

    public IReadOnlyList<HistoryStep> Calls => [.. Steps.Where(s => s.Step is FunctionCallStep)];

    /// <summary>Name and arguments of each call.</summary>
    public IReadOnlyList<(string Name, string Arguments)> CallTexts => [.. Calls.Select(c => (FunctionCallStep)c.Step).Select(c => (c.Name, c.Arguments.GetRawText()))];

    public IReadOnlyList<string> Types => [.. Steps.Select(s => s.Step.Type)];

    public static async Task<ModelAnswer> CollectAsync(IModelProvider provider, ModelRequest request, CancellationToken cancellationToken)
    {
        var events = new List<ModelEvent>();
        await foreach (var modelEvent in provider.StreamAsync(request, cancellationToken))
        {
            events.Add(modelEvent);
        }

        return Fold(events, provider.Name, request.Model.Family);
    }

    /// <summary>As the turn loop does it: native call ids replace the upstream's, which stay in the state.</summary>
    public static ModelAnswer Fold(IReadOnlyList<ModelEvent> events, string provider, string family)
    {
        var steps = new List<HistoryStep>();
        Step? open = null;
        var text = new StringBuilder();
        var annotations = new List<Annotation>();
        string? signature = null;
        foreach (var modelEvent in events.Take(events.Count - 1))
        {
            switch (modelEvent)
            {
                case StepStarted started:
                    Assert.Null(open);
                    open = started.Shell;
                    break;
                case StepPiece { Delta: TextDelta delta }:
                    Assert.IsType<ModelOutputStep>(open);
                    text.Append(delta.Text);
                    break;
                case StepPiece { Delta: TextAnnotationDelta delta }:
                    Assert.IsType<ModelOutputStep>(open);
                    annotations.AddRange(delta.Annotations!);
                    break;
                case StepPiece { Delta: ThoughtSummaryDelta { Content: TextContent content } }:
                    Assert.IsType<ThoughtStep>(open);
                    text.Append(content.Text);
                    break;
                case StepPiece { Delta: ThoughtSignatureDelta delta }:
                    Assert.IsType<ThoughtStep>(open);
                    signature = delta.Signature;
                    break;
                case StepPiece { Delta: ArgumentsDelta delta }:
                    Assert.IsType<FunctionCallStep>(open);
                    text.Append(delta.Arguments);
                    break;
                case StepStopped stopped:
                    Assert.NotNull(open);
                    steps.Add(Close(open, stopped));
                    open = null;
                    text.Clear();
                    annotations.Clear();
                    signature = null;
                    break;
                default:
                    Assert.Fail($"Unexpected {modelEvent}");
                    break;
            }
        }

        Assert.Null(open);
        return new ModelAnswer(steps, Assert.IsType<ModelStopped>(events[^1]), events);

        HistoryStep Close(Step shell, StepStopped stopped)
        {
            var content = text.Length == 0 ? [] : new ContentBlock[] { new TextContent { Text = text.ToString(), Annotations = annotations.Count > 0 ? [.. annotations] : null } };
            Step step = shell switch
            {
                ModelOutputStep output => output with { Content = content },
                ThoughtStep thought => thought with { Summary = content, Signature = signature },
                FunctionCallStep call => call with { Id = $"native_{steps.Count}_{call.Id[..Math.Min(8, call.Id.Length)]}", Arguments = Parse(text.Length == 0 ? "{}" : text.ToString()) },
                _ => shell,
            };
            return new HistoryStep(step, new ProviderState(provider, family, (shell as FunctionCallStep)?.Id, stopped.State));
        }
    }

    // A call that was cut off has half a document.
    private static JsonElement Parse(string json)
    {
        try
        {
            return JsonElement.Parse(json);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(json);
        }
    }
}
