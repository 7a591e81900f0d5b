using System.Net.Http.Headers;
using System.Net.Mime;
using System.Runtime.InteropServices;

namespace OpenInteractions.Providers.Http;

/// <summary>One answer of an upstream that is being read.</summary>
/// <param name="response">The response, which succeeded.</param>
/// <param name="body">Its body.</param>
/// <param name="answer">What the adapter makes of it.</param>
/// <param name="watch">Ends with the attempt.</param>
/// <param name="maxFrame">Longest frame of a stream, and most bytes of frames in a row that say nothing.</param>
internal sealed class UpstreamAttempt(HttpResponseMessage response, Stream body, IAnswer answer, SilenceWatch watch, long maxFrame) : IDisposable
{
    private readonly FrameReader _frames = new(body, maxFrame);
    private readonly SplitCharacters _split = new();

    // Some proxies answer a streaming call with one whole object.
    private readonly bool _isEventStream = !IsWhole(response);

    private List<byte[]>? _ready;
    private Exception? _failure;
    private bool _hasFrames;
    private long _unsaid; // bytes of frames since the last that said anything

    /// <summary>True for one object and no stream of events. Looks before it parses: nearly all answers are event streams.</summary>
    public static bool IsWhole(HttpResponseMessage response) =>
        response.Content.Headers is var headers
        && headers.NonValidated.TryGetValues("Content-Type", out var values)
        && values.ToString().StartsWith(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase)
        && headers.ContentType?.MediaType is MediaTypeNames.Application.Json;

    /// <summary>Adds what arrived together; waits when there is nothing yet. One method for all, because it waits once per piece of every answer.</summary>
    /// <returns>False when nothing more comes.</returns>
    /// <exception cref="UpstreamFailureException">The answer broke off, or is nonsense. What came before has been given by the reads before.</exception>
    public async ValueTask<bool> ReadAsync(List<ModelEvent> output, CancellationToken cancellationToken)
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        try
        {
            if (!_isEventStream)
            {
                return await ReadWholeAsync(output, cancellationToken).ConfigureAwait(false);
            }

            while (true)
            {
                TakeFrames(output);
                if (answer.IsOver)
                {
                    break;
                }

                if (output.Count > 0)
                {
                    _unsaid = 0;
                    return true;
                }

                if (_unsaid > maxFrame)
                {
                    throw UpstreamFailureException.Empty(maxFrame);
                }

                int read;
                try
                {
                    read = await _frames.ReadAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (UpstreamFailureException) when (answer.CanEnd)
                {
                    break;
                }

                if (!_frames.Take(read))
                {
                    break;
                }
            }

            End(output);
            return false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException && output.Count > 0)
        {
            _failure = failure; // what came before it goes first
            return true;
        }
    }

    public void Dispose()
    {
        _frames.Dispose();
        body.Dispose();
        response.Dispose();
        watch.Dispose();
    }

    private void End(List<ModelEvent> output)
    {
        if (!_hasFrames)
        {
            throw UpstreamFailureException.Malformed(); // a page, or nothing at all
        }

        TakeWaiting(output);
        answer.OnEnd(output);
    }

    private async ValueTask<bool> ReadWholeAsync(List<ModelEvent> output, CancellationToken cancellationToken)
    {
        var whole = await UpstreamJson.ReadAsync(body, cancellationToken).ConfigureAwait(false);
        var text = JsonMarshal.GetRawUtf8Value(whole);
        answer.OnWhole(SplitCharacters.MayBeIn(text) ? UpstreamJson.Parse(SplitCharacters.Mend(text)) : whole, output);
        answer.OnEnd(output);
        return false;
    }

    private void TakeFrames(List<ModelEvent> output)
    {
        while (!answer.IsOver && _frames.TryRead(out var data))
        {
            _hasFrames = true;
            _unsaid += data.Length;
            if (!_split.IsWaiting && answer.TryText(data.Span, output))
            {
                continue;
            }

            if (data.Span.SequenceEqual("[DONE]"u8))
            {
                TakeWaiting(output);
                answer.OnDone();
            }
            else if (_split.IsWaiting || SplitCharacters.MayBeIn(data.Span))
            {
                _split.Add(data.Span, _ready ??= []);
                TakeReady(output);
            }
            else
            {
                answer.OnFrame(data, output);
            }
        }

        answer.OnPause(output);
    }

    /// <summary>Nothing comes any more that could complete what waits.</summary>
    private void TakeWaiting(List<ModelEvent> output)
    {
        if (_split.IsWaiting)
        {
            _split.Flush(_ready!);
            TakeReady(output);
        }
    }

    private void TakeReady(List<ModelEvent> output)
    {
        foreach (var frame in _ready!)
        {
            if (!answer.IsOver)
            {
                answer.OnFrame(frame, output);
            }
        }

        _ready.Clear();
    }
}
