using System.Text;

namespace OpenInteractions.Engine.Turns;

/// <summary>
/// Folds a shell and its deltas into the step that they describe: the same fold that every client of the stream makes, so that what a get shows
/// equals what was streamed (behaviour BG-9, SE-13).
/// </summary>
public sealed class StepAssembler
{
    private readonly Step _shell;
    private readonly StringBuilder _arguments = new();
    private readonly List<ContentBlock> _content = [];
    private readonly StringBuilder _text = new();
    private List<Annotation>? _annotations;
    private bool _hasText;
    private string? _signature;
    private Step? _replaced;

    /// <summary>A step that begins.</summary>
    public StepAssembler(Step shell)
    {
        _shell = shell;
        switch (shell)
        {
            case ModelOutputStep output:
                _content.AddRange(output.Content);
                break;
            case ThoughtStep thought:
                _content.AddRange(thought.Summary ?? []);
                _signature = thought.Signature;
                break;
        }
    }

    /// <summary>The argument text so far, of a function call.</summary>
    public string Arguments => _arguments.ToString();

    /// <summary>True when the step has been given anything beyond its shell.</summary>
    public bool HasPieces { get; private set; }

    /// <summary>Adds a piece.</summary>
    public void Add(StepDelta delta)
    {
        HasPieces = true;
        switch (delta)
        {
            case TextDelta text:
                AddText(text.Text);
                break;
            case TextAnnotationDelta { Annotations: { } annotations }:
                BeginText();
                (_annotations ??= []).AddRange(annotations);
                break;
            case ThoughtSummaryDelta { Content: TextContent summary }:
                AddText(summary.Text);
                break;
            case ThoughtSummaryDelta { Content: { } block }:
                AddBlock(block);
                break;
            case ThoughtSignatureDelta signature:
                _signature = signature.Signature;
                break;
            case ArgumentsDelta arguments:
                _arguments.Append(arguments.Arguments);
                break;
            case ImageDelta image:
                AddMedia(new ImageContent { Data = image.Data, Uri = image.Uri, MimeType = image.MimeType, Resolution = image.Resolution });
                break;
            case AudioDelta audio:
                AddMedia(new AudioContent { Data = audio.Data, Uri = audio.Uri, MimeType = audio.MimeType, SampleRate = audio.SampleRate ?? audio.Rate, Channels = audio.Channels });
                break;
            case VideoDelta video:
                AddMedia(new VideoContent { Data = video.Data, Uri = video.Uri, MimeType = video.MimeType, Resolution = video.Resolution });
                break;
            case DocumentDelta document:
                AddMedia(new DocumentContent { Data = document.Data, Uri = document.Uri, MimeType = document.MimeType });
                break;
            default:
                _replaced = ServerToolSteps.Apply(_replaced ?? _shell, delta);
                break;
        }
    }

    /// <summary>The step as it stands.</summary>
    public Step Build() => _shell switch
    {
        ModelOutputStep output => output with { Content = Blocks() },
        ThoughtStep thought => thought with { Signature = _signature, Summary = Blocks() is { Length: > 0 } summary ? summary : null },
        FunctionCallStep call => _arguments.Length > 0 ? call with { Arguments = ParseArguments() } : call,
        _ => _replaced ?? _shell,
    };

    private JsonElement ParseArguments()
    {
        using var document = JsonDocument.Parse(_arguments.ToString());
        return document.RootElement.Clone();
    }

    private void AddText(string text)
    {
        BeginText();
        _text.Append(text);
    }

    // A block that stood in the start goes on when a piece for it comes (behaviour SE-9); without one it stays as it came.
    private void BeginText()
    {
        if (!_hasText && _content.Count > 0 && _content[^1] is TextContent begun)
        {
            _content.RemoveAt(_content.Count - 1);
            _text.Append(begun.Text);
            _annotations = begun.Annotations?.ToList();
        }

        _hasText = true;
    }

    private void AddBlock(ContentBlock block)
    {
        EndText();
        _content.Add(block);
    }

    // Raw audio arrives in many pieces of one stream; every other medium is whole.
    private void AddMedia(MediaContent media)
    {
        EndText();
        if (media is AudioContent { Data: { } more, Uri: null } audio && _content.Count > 0
            && _content[^1] is AudioContent { Data: { } data, Uri: null } last && last.MimeType == (audio.MimeType ?? last.MimeType))
        {
            _content[^1] = last with { Data = JoinBase64(data, more) };
            return;
        }

        _content.Add(media);
    }

    private static string JoinBase64(string first, string second) =>
        first.EndsWith('=') ? Convert.ToBase64String([.. Convert.FromBase64String(first), .. Convert.FromBase64String(second)]) : first + second;

    private void EndText()
    {
        if (!_hasText)
        {
            return;
        }

        _content.Add(new TextContent { Text = _text.ToString(), Annotations = _annotations });
        _text.Clear();
        (_annotations, _hasText) = (null, false);
    }

    private ContentBlock[] Blocks()
    {
        if (!_hasText)
        {
            return [.. _content];
        }

        return [.. _content, new TextContent { Text = _text.ToString(), Annotations = _annotations?.ToArray() }];
    }
}
