using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Turns;

/// <summary>A script of model events from a seed: every kind of step, whole and mended and broken arguments, every way to end, at any place.</summary>
internal sealed class RandomScript(int seed)
{
    private static readonly string[] Arguments =
    [
        "{}", "", "null", """{"city":"Bern"}""", """{"city":"Bern",}""", """{"city":"Be""", "```json\n{\"a\":1}\n```", """{"a":[1,{"b":"c\""}]}""", "no object", "[1]",
    ];

    private readonly Random _random = new(seed);
    private int _calls;

    public ScriptedModel Make()
    {
        var events = Enumerable.Range(0, _random.Next(6)).SelectMany(_ => Step()).ToList();
        switch (_random.Next(8))
        {
            case 0: // broken off at any event
                return ScriptedModel.Plays(events.Take(_random.Next(events.Count + 1))).Then.BreaksOff();
            case 1: // failed at any event
                return ScriptedModel.Plays(events.Take(_random.Next(events.Count + 1))).Then.Fails(ErrorCode.ServiceUnavailable, "Gone.");
            case 2:
                return ScriptedModel.Plays(events).Then.Stops(ModelStopReason.TokenLimit);
            case 3:
                return ScriptedModel.Plays(events).Then.Stops(ModelStopReason.Blocked, new ModelFault(ErrorCode.Safety, "No."));
            case 4:
                return ScriptedModel.Plays([.. events, new StepStarted(new FunctionCallStep { Id = "u", Name = "undeclared", Arguments = JsonElement.Parse("{}") })]);
            default:
                return ScriptedModel.Plays(events);
        }
    }

    private List<ModelEvent> Step()
    {
        var id = $"up-{_random.Next(3)}-{++_calls}";
        return _random.Next(6) switch
        {
            0 => Made(new ThoughtStep(), Some(() => _random.Next(3) switch
            {
                0 => new ThoughtSignatureDelta { Signature = Text() },
                1 => new ThoughtSummaryDelta { Content = new ImageContent { Data = "AAAA", MimeType = "image/png" } },
                _ => new ThoughtSummaryDelta { Content = new TextContent { Text = Text() } },
            })),
            1 => Made(new FunctionCallStep { Id = id, Name = "f", Arguments = JsonElement.Parse(_random.Next(2) == 0 ? "{}" : """{"whole":true}""") }, []),
            2 => Made(new FunctionCallStep { Id = id, Name = "f", Arguments = JsonElement.Parse("{}") }, Pieces(Arguments[_random.Next(Arguments.Length)])),
            3 => Made(new CodeExecutionCallStep { Id = id, Arguments = new() }, [new CodeExecutionCallDelta { Arguments = new() { Code = Text() } }]),
            _ => Made(new ModelOutputStep(), Some(Output)),
        };
    }

    private StepDelta Output() => _random.Next(6) switch
    {
        0 => new TextAnnotationDelta { Annotations = [new UrlCitation { Url = Text() }] },
        1 => new ImageDelta { Data = "AAAA", MimeType = "image/png" },
        2 => new AudioDelta { Data = _random.Next(2) == 0 ? "AAAA" : "AA==", MimeType = _random.Next(2) == 0 ? "audio/l16" : "audio/wav" },
        _ => new TextDelta { Text = Text() },
    };

    private static List<ModelEvent> Made(Step shell, IEnumerable<StepDelta> deltas) => [new StepStarted(shell), .. deltas.Select(d => new StepPiece(d)), new StepStopped()];

    private StepDelta[] Some(Func<StepDelta> make) => [.. Enumerable.Range(0, _random.Next(5)).Select(_ => make())];

    private List<StepDelta> Pieces(string text)
    {
        var pieces = new List<StepDelta>();
        for (var at = 0; at < text.Length;)
        {
            var length = _random.Next(1, text.Length - at + 1);
            pieces.Add(new ArgumentsDelta { Arguments = text.Substring(at, length) });
            at += length;
        }

        return pieces;
    }

    private string Text()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(4); i > 0; i--)
        {
            text.Append(" a\né🎈\"\\"[_random.Next(4)]);
        }

        return text.ToString();
    }
}
