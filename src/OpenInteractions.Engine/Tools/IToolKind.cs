using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tools;

/// <summary>A kind of tool of the wire that this server runs, such as <c>mcp_server</c>. One instance serves all runs.</summary>
public interface IToolKind
{
    /// <summary>The discriminator of the declarations that it serves (<see cref="Tool.Type"/>).</summary>
    string Type { get; }

    /// <summary>Checks a declaration before anything of the request is kept. No request leaves the server here.</summary>
    /// <param name="declared">The declaration.</param>
    /// <param name="path">Its place in the request, such as <c>tools[2]</c>, for the error.</param>
    /// <exception cref="ApiException">It cannot be served; the error names the place and the remedy.</exception>
    void Require(Tool declared, string path);

    /// <summary>Checks what a declaration names against what the project has, before anything of the request is kept. No request leaves the server here.</summary>
    /// <param name="declared">The declaration, which passed <see cref="Require"/>.</param>
    /// <param name="project">The project.</param>
    /// <param name="path">The declaration's place in the request, for the error.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    /// <exception cref="ApiException">The project does not have it; the error names the place.</exception>
    ValueTask RequireNamedAsync(Tool declared, string project, string path, CancellationToken cancellationToken) => default;

    /// <summary>True when the model's vendor runs this tool in place of this server, which then only relays its steps.</summary>
    /// <param name="declared">The declaration, which passed <see cref="Require"/>.</param>
    /// <param name="model">The model.</param>
    /// <param name="path">The declaration's place in the request, for the error.</param>
    /// <exception cref="ApiException">Neither can run it; the error says what to configure.</exception>
    bool IsNativeTo(Tool declared, ModelDescription model, string path) => false;

    /// <summary>Functions that the vendor's model calls because of this tool, although no request declares them, and that the client answers (behaviour TL-7).</summary>
    /// <param name="declared">The declaration, which <see cref="IsNativeTo"/> found to be the vendor's.</param>
    IReadOnlyList<string> PredefinedFunctions(Tool declared) => [];

    /// <summary>Makes the tool ready for one run: the functions that the model will see.</summary>
    /// <param name="declared">The declaration, which passed <see cref="Require"/>.</param>
    /// <param name="scope">Whose run it is.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>Disposed when the turn has ended.</returns>
    /// <exception cref="ApiException">It cannot be made ready; the run fails with this error.</exception>
    ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken);
}

/// <summary>A declared tool that is ready for one run.</summary>
public interface IOpenTool : IAsyncDisposable
{
    /// <summary>What the model may call, in a fixed order (protocols P-6). May change between two rounds (protocols M-13).</summary>
    IReadOnlyList<IToolFunction> Functions { get; }

    /// <summary>The function that a step called, also one of a former owner of the run; null when the step is not of this tool.</summary>
    IToolFunction? FunctionOf(Step call);
}

/// <summary>One function that the model may call and that the server runs.</summary>
public interface IToolFunction
{
    /// <summary>As the model sees it. The name is unique among all functions of the request.</summary>
    FunctionTool Declaration { get; }

    /// <summary>True when a call that may have taken effect can be made again without harm: it only reads, or has a key of its own (docs/decisions/0009).</summary>
    bool IsRepeatable { get; }

    /// <summary>Calls of functions with the same line are made one after the other, in the order in which the model made them; null: beside all others.</summary>
    object? Line => null;

    /// <summary>Where its calls are made, without query, for rules; null for what runs here.</summary>
    string? Address => null;

    /// <summary>What holds for its calls in place of the general limits, or null.</summary>
    CallLimits? Limits { get; }

    /// <summary>The call as the wire shows it.</summary>
    /// <param name="id">The call's native id.</param>
    /// <param name="arguments">What the model wrote, an object.</param>
    Step CallStep(string id, JsonElement arguments);

    /// <summary>
    /// Runs a call. What goes wrong with the tool itself is a result that says so, never an exception: the
    /// model decides what to do about it. Exceptions are faults of the server, and are told to the model without their text.
    /// </summary>
    /// <param name="call">What <see cref="CallStep"/> made.</param>
    /// <param name="cancellationToken">Ends with the run, or with the time that a call may take.</param>
    /// <returns>The result as the wire shows it.</returns>
    Task<Step> RunAsync(Step call, CancellationToken cancellationToken);

    /// <summary>A result that says that the call failed, or was not made, and why.</summary>
    /// <param name="call">What <see cref="CallStep"/> made.</param>
    /// <param name="message">For the model.</param>
    Step Failed(Step call, string message);
}

/// <summary>What one call may take. Whoever runs calls sees to it; a tool need not.</summary>
/// <param name="Timeout">How long it may take in all.</param>
/// <param name="MaxResultLength">Characters of text in its result; what is longer is cut.</param>
public sealed record CallLimits(TimeSpan Timeout, int MaxResultLength);

/// <summary>Whose run a tool serves.</summary>
/// <param name="Project">The project: nothing of another one may be reached.</param>
/// <param name="InteractionId">The interaction, for logs.</param>
/// <param name="RootId">The first interaction of its chain, for what lasts as long as the conversation.</param>
public sealed record ToolScope(string Project, string InteractionId, string RootId)
{
    /// <summary>
    /// What of a medium the run's model does not take, such as <c>images</c>, or null when a result may hold it. A result with a medium that the model
    /// does not take would end the run.
    /// </summary>
    public Func<MediaContent, string?> MediaFault { get; init; } = media => $"{media.Type} input";

    /// <summary>The sandbox that the run's tools share, or null on a server that has none.</summary>
    public RunEnvironment? Environment { get; init; }
}
