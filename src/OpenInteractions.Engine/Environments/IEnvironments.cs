using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>Environments as interactions and callers use them (behaviour EN-1 to EN-15).</summary>
public interface IEnvironments
{
    /// <summary>Whether there is an engine that sandboxes could run on. What it enforces is tried when the first one is needed.</summary>
    bool IsOffered { get; }

    /// <summary>Why this server offers no environments, as the end of a sentence for a caller; null when it does.</summary>
    ValueTask<string?> UnavailableAsync(CancellationToken cancellationToken);

    /// <summary>Makes an environment. Its id is durable; the disk is made, and the sources are brought in, when it is used first.</summary>
    /// <param name="project">The project.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="field">Where that stands in the request, for errors, such as <c>environment</c>; empty when it is the body.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It cannot be made; the error names the place and the remedy. Nothing is kept.</exception>
    Task<StoredEnvironment> CreateAsync(string project, EnvironmentRequest request, string field, CancellationToken cancellationToken);

    /// <summary>Gives an environment new rules, variables or further sources (behaviour EN-9). What is left out of the request stays as it is.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="spec">What changes.</param>
    /// <param name="field">Where that stands in the request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">There is none (404), or what is asked for cannot be done. Nothing has changed.</exception>
    Task<StoredEnvironment> ChangeAsync(string project, string id, EnvironmentSpec spec, string field, CancellationToken cancellationToken);

    /// <summary>An environment that can be used.</summary>
    /// <exception cref="ApiException">404: there is none, or it has expired (behaviour EN-2, EN-10).</exception>
    Task<StoredEnvironment> RequireAsync(string project, string id, string field, CancellationToken cancellationToken);

    /// <summary>Deletes an environment, its files and what runs in it.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="cancellationToken">Ends the wait; what has begun is finished by the host.</param>
    /// <exception cref="ApiException">There is none.</exception>
    Task DeleteAsync(string project, string id, CancellationToken cancellationToken);

    /// <summary>The environment that runs the code of a conversation; made when there is none.</summary>
    /// <param name="project">The project.</param>
    /// <param name="chainId">The conversation's first interaction.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<StoredEnvironment> OfChainAsync(string project, string chainId, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until nobody else uses the environment (behaviour EN-13), and keeps it from stopping and expiring until the use is disposed. Its sandbox is started
    /// when it is asked for.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">404, or its disk is on another host.</exception>
    Task<IEnvironmentUse> EnterAsync(string project, string id, CancellationToken cancellationToken);
}

/// <summary>The use of an environment, by one interaction or one request. Disposing it lets the next one in.</summary>
public interface IEnvironmentUse : IAsyncDisposable
{
    /// <summary>The environment's id.</summary>
    string Id { get; }

    /// <summary>Its live sandbox, started where there is none, with everything that was asked for in it. The same one until it ends; then a new one.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It cannot be started, or a source cannot be brought in; the error says which and why.</exception>
    Task<ISandbox> SandboxAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Keeps the files as they are now as the checkpoint of an interaction whose turn ends, if checkpoints are wanted and the turn had the sandbox. What is kept is durable when this returns. Never
    /// fails: who asks for a checkpoint that is not there is told so.
    /// </summary>
    /// <param name="interactionId">The interaction.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept then.</param>
    Task KeepAsync(string interactionId, CancellationToken cancellationToken);
}

/// <summary>A new environment.</summary>
public sealed record EnvironmentRequest
{
    /// <summary>Sources, variables and rules; null for the defaults.</summary>
    public EnvironmentSpec? Spec { get; init; }

    /// <summary>The environment that it begins as a copy of, or null.</summary>
    public string? ForkOf { get; init; }

    /// <summary>The interaction with whose files it begins: those of its checkpoint. Null when it begins otherwise.</summary>
    public string? FromInteraction { get; init; }
}
