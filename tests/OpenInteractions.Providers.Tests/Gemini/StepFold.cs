using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Tests.Gemini;

/// <summary>Folds a provider's events into steps and holds them to the order that <see cref="IModelProvider.StreamAsync"/> promises.</summary>
internal sealed class StepFold
{
    private JsonObject? _open;
    private string _arguments = "";

    public List<Step> Steps { get; } = [];

    public ModelStopped? Stopped { get; private set; }

    public void Add(ModelEvent modelEvent)
    {
        Assert.Null(Stopped);
        switch (modelEvent)
        {
            case StepStarted start:
                Assert.Null(_open);
                _open = JsonSerializer.SerializeToNode(start.Shell, WireJson.Wire.Step)!.AsObject();
                _arguments = "";
                break;
            case StepPiece piece:
                Assert.NotNull(_open);
                Apply(_open, piece.Delta);
                break;
            case StepStopped:
                Assert.NotNull(_open);
                if (_arguments.Length > 0)
                {
                    _open["arguments"] = JsonNode.Parse(_arguments);
                }

                Steps.Add(_open.Deserialize(WireJson.Wire.Step)!);
                _open = null;
                break;
            case ModelStopped stopped:
                Assert.Null(_open);
                Stopped = stopped;
                break;
        }
    }

    private void Apply(JsonObject step, StepDelta delta)
    {
        var wire = JsonSerializer.SerializeToNode(delta, WireJson.Wire.StepDelta)!.AsObject();
        switch (delta)
        {
            case TextDelta text:
                AppendText(List(step, "content"), text.Text);
                break;
            case TextAnnotationDelta:
                var block = List(step, "content")[^1]!.AsObject();
                foreach (var annotation in wire["annotations"]!.AsArray())
                {
                    List(block, "annotations").Add(annotation!.DeepClone());
                }

                break;
            case ThoughtSummaryDelta when wire["content"]!["text"] is { } summary:
                AppendText(List(step, "summary"), (string)summary!);
                break;
            case ThoughtSummaryDelta:
                List(step, "summary").Add(wire["content"]!.DeepClone());
                break;
            case ImageDelta or AudioDelta or VideoDelta or DocumentDelta:
                List(step, "content").Add(wire);
                break;
            case ArgumentsDelta arguments:
                _arguments += arguments.Arguments;
                break;
            default:
                foreach (var (name, value) in wire.Where(m => m.Key != "type"))
                {
                    step[name] = value!.DeepClone();
                }

                break;
        }
    }

    private static void AppendText(JsonArray blocks, string text)
    {
        if (blocks.Count > 0 && blocks[^1]!["text"] is { } last)
        {
            blocks[^1]!["text"] = (string)last! + text;
        }
        else
        {
            blocks.Add(new JsonObject { ["type"] = "text", ["text"] = text });
        }
    }

    private static JsonArray List(JsonObject owner, string name)
    {
        if (owner[name] is not JsonArray list)
        {
            owner[name] = list = [];
        }

        return list;
    }
}
