using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>Brings the sources of an environment into its sandbox, and notes that they are there.</summary>
internal sealed partial class SourceLoader(
    IReadOnlyDictionary<string, IEnvironmentSource> readers, IEnvironmentStore store, EnvironmentForms forms, SourceHeaders headers, EnvironmentOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Brings in what is not there yet.</summary>
    /// <param name="live">The environment.</param>
    /// <param name="row">As it is kept.</param>
    /// <param name="spec">What was asked for.</param>
    /// <param name="sandbox">Its sandbox.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>As it is kept then.</returns>
    public async Task<StoredEnvironment> BringAsync(LiveEnvironment live, StoredEnvironment row, EnvironmentSpec spec, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var pending = spec.Sources ?? [];
        foreach (var source in pending)
        {
            await BringAsync(live.Project, source, spec, sandbox, cancellationToken);
        }

        if (pending.Count > 0)
        {
            await SandboxWork.SyncAsync(sandbox, cancellationToken);
        }

        await live.Row.WaitAsync(cancellationToken);
        try
        {
            var now = await store.GetAsync(live.Project, live.Id, cancellationToken) ?? throw EnvironmentFaults.NotFound(live.Id, "environment");

            // Ready first: cut behind it, sources come twice; cut behind the other, never.
            if (now.State == EnvironmentState.Pending)
            {
                now = now with { State = EnvironmentState.Ready };
                await store.ReportAsync(now, cancellationToken);
            }

            if (pending.Count > 0)
            {
                var asked = forms.Open(now);
                now = now with { Sealed = forms.Seal(now.Project, now.Id, asked with { Sources = [.. (asked.Sources ?? []).Skip(pending.Count)] }) };
                await store.ChangeAsync(now, cancellationToken);
            }

            return now;
        }
        finally
        {
            live.Row.Release();
        }
    }

    private async Task BringAsync(string project, EnvironmentSource source, EnvironmentSpec spec, ISandbox sandbox, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.SourceTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        source = source with { Target = source.Target ?? readers[source.Type].TargetOf(source) };
        var shown = Excerpt.Of(source.Target!, 100);
        try
        {
            var place = new SourcePlace(EnvironmentPaths.Target(source.Target!, out _)!, sandbox, (address, gone) => headers.ForAsync(project, source, spec.Network, address, gone));
            await readers[source.Type].BringAsync(source, place, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"The source for '{shown}' did not come within {options.SourceTimeout}.", "sources");
        }
        catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
        {
            LogNotWritten(exception.Message);
            throw EnvironmentFaults.OfFile(exception, source.Target!);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A source could not be written: {Why}")]
    private partial void LogNotWritten(string why);
}
