using System.Net.Mime;

namespace OpenInteractions.Providers.Http;

/// <summary>One answer of an upstream that is being read.</summary>
/// <param name="response">The response, which succeeded.</param>
/// <param name="body">Its body.</param>
/// <param name="answer">What the adapter makes of it.</param>
/// <param name="watch">Ends with the attempt.</param>
internal sealed class UpstreamAttempt(HttpResponseMessage response, Stream body, IAnswer answer, SilenceWatch watch) : IDisposable
{
    private readonly FrameReader _frames = new(body);
    private Exception? _failure;
    private bool _hasFrames;

    /// <summary>False when the upstream answered a streaming call with one whole object, as some proxies do.</summary>
    private bool IsEventStream => response.Content.Headers.ContentType?.MediaType is not MediaTypeNames.Application.Json;

    /// <summary>Adds what arrived together; waits when there is nothing yet.</summary>
    /// <returns>False when nothing more comes.</returns>
    /// <exception cref="UpstreamFailureException">The answer broke off. What came before has been given by the reads before.</exception>
    public async ValueTask<bool> ReadAsync(List<ModelEvent> output, CancellationToken cancellationToken)
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        try
        {
            return IsEventStream ? await ReadFramesAsync(output, cancellationToken).ConfigureAwait(false) : await ReadWholeAsync(output, cancellationToken).ConfigureAwait(false);
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

    private async ValueTask<bool> ReadFramesAsync(List<ModelEvent> output, CancellationToken cancellationToken)
    {
        while (true)
        {
            TakeFrames(output);
            if (answer.IsOver || (output.Count == 0 && !await FillAsync(cancellationToken).ConfigureAwait(false)))
            {
                End(output);
                return false;
            }

            if (output.Count > 0)
            {
                return true;
            }
        }
    }

    private void End(List<ModelEvent> output)
    {
        if (!_hasFrames)
        {
            throw UpstreamFailureException.Malformed(); // a page, or nothing at all
        }

        answer.OnEnd(output);
    }

    private async ValueTask<bool> ReadWholeAsync(List<ModelEvent> output, CancellationToken cancellationToken)
    {
        answer.OnWhole(await UpstreamJson.ReadAsync(body, cancellationToken).ConfigureAwait(false), output);
        answer.OnEnd(output);
        return false;
    }

    private void TakeFrames(List<ModelEvent> output)
    {
        while (!answer.IsOver && _frames.TryRead(out var data))
        {
            _hasFrames = true;
            if (data.Span.SequenceEqual("[DONE]"u8))
            {
                answer.OnDone();
            }
            else
            {
                answer.OnFrame(data, output);
            }
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _frames.FillAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamFailureException) when (answer.CanEnd)
        {
            return false;
        }
    }
}
