using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>
/// The environment of one run, entered when the first tool asks for it and left when the run ends: the one that the interaction names, or else the one that runs its conversation's code.
/// </summary>
/// <param name="environments">All environments.</param>
/// <param name="project">The project.</param>
/// <param name="id">The environment that the interaction names, or null.</param>
/// <param name="chainId">The conversation's first interaction.</param>
public sealed class RunEnvironment(IEnvironments environments, string project, string? id, string chainId) : IAsyncDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _entering = new(1);
    private IEnvironmentUse? _use;

    /// <summary>Calls that share this are made one after the other, in the order in which the model made them: what one of them writes the next one may read.</summary>
    public object Line { get; } = new();

    /// <summary>True when the interaction names one, so that its files outlast the conversation.</summary>
    public bool IsNamed => id is not null;

    /// <summary>The live sandbox.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It cannot be had; the error says why.</exception>
    public async Task<ISandbox> SandboxAsync(CancellationToken cancellationToken)
    {
        await _entering.WaitAsync(cancellationToken);
        try
        {
            if (_use is null)
            {
                var environment = id ?? (await environments.OfChainAsync(project, chainId, cancellationToken)).Id;
                _use = await environments.EnterAsync(project, environment, cancellationToken);
            }

            return await _use.SandboxAsync(cancellationToken);
        }
        finally
        {
            _entering.Release();
        }
    }

    /// <summary>Reads something in the sandbox before the run's first turn. One that ends meanwhile is replaced, once.</summary>
    /// <param name="look">What is read; it may be read twice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It cannot be had; the error says why.</exception>
    public async Task<T> LookAsync<T>(Func<ISandboxFiles, CancellationToken, Task<T>> look, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(look);
        for (var isAgain = false; ; isAgain = true)
        {
            var sandbox = await SandboxAsync(cancellationToken);
            try
            {
                return await look(sandbox.Files, cancellationToken);
            }
            catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.Ended && !isAgain)
            {
                // Its words came first; until it is known to have ended, it would be had again.
                await Task.WhenAny(sandbox.Ended, Task.Delay(EndPatience, cancellationToken));
            }
            catch (SandboxException exception)
            {
                throw exception.Kind == SandboxErrorKind.Ended
                    ? new ApiException(ErrorCode.ServiceUnavailable, "The sandbox ended twice before the run had begun: perhaps a program in it uses more memory than it may, or ends what it can. Try again.", retryAfter: TimeSpan.FromSeconds(2))
                    : EnvironmentFaults.OfFile(exception, EnvironmentPaths.Workspace);
            }
        }
    }

    /// <summary>Keeps the files as the turn leaves them, if the interaction names the environment and has used it.</summary>
    /// <param name="interactionId">The interaction.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept then.</param>
    public Task KeepAsync(string interactionId, CancellationToken cancellationToken) => IsNamed && _use is not null ? _use.KeepAsync(interactionId, cancellationToken) : Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_use is not null)
        {
            await _use.DisposeAsync();
        }

        _entering.Dispose();
    }
}
