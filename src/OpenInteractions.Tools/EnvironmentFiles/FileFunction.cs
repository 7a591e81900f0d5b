using System.Globalization;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Tools.EnvironmentFiles;

/// <summary>A function that comes with an agent's environment. Paths are looked up inside it.</summary>
internal abstract class EnvironmentFunction(RunEnvironment environment) : IToolFunction
{
    /// <summary>What paths that are not absolute are below.</summary>
    protected const string Root = "/workspace";

    /// <summary>Bytes of a file that is read or changed as text.</summary>
    protected const int MostText = 4 << 20;

    private const int NoSuchFile = 2;
    private const int NoPermission = 13;
    private const int Exists = 17;
    private const int NotDirectory = 20;
    private const int IsDirectory = 21;
    private const int NoSpace = 28;
    private const int ReadOnlyFiles = 30;

    public abstract FunctionTool Declaration { get; }

    public abstract bool IsRepeatable { get; }

    public object? Line => environment.Line;

    public virtual CallLimits? Limits => null;

    public Step CallStep(string id, JsonElement arguments) => new FunctionCallStep { Id = id, Name = Declaration.Name, Arguments = arguments };

    public Step Failed(Step call, string message) => Result(call, JsonSerializer.SerializeToElement(message, WireJson.Wire.String), isError: true);

    public async Task<Step> RunAsync(Step call, CancellationToken cancellationToken)
    {
        var arguments = new FileArguments(((FunctionCallStep)call).Arguments);
        try
        {
            var sandbox = await environment.SandboxAsync(cancellationToken);
            return Result(call, await RunAsync(sandbox, arguments, cancellationToken), isError: false);
        }
        catch (FileArgumentException exception)
        {
            return Failed(call, exception.Message);
        }
        catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.Ended)
        {
            return Failed(call, "The sandbox ended during the call. Files that were written before are kept. The next call starts a new one.");
        }
        catch (SandboxException exception)
        {
            return Failed(call, $"'{arguments.Path ?? Root}': {Meaning(exception)}");
        }
        catch (ApiException exception)
        {
            return Failed(call, $"The call was not made. {exception.Message}");
        }
    }

    /// <summary>Does it.</summary>
    /// <returns>The result for the model: a text, or blocks.</returns>
    /// <exception cref="FileArgumentException">The arguments are wrong; the message says how.</exception>
    protected abstract Task<JsonElement> RunAsync(ISandbox sandbox, FileArguments arguments, CancellationToken cancellationToken);

    protected static FunctionTool Declare(string name, string description, string properties, string required) => new()
    {
        Name = name,
        Description = description,
        Parameters = JsonElement.Parse($$"""{"type":"object","properties":{{{properties}}},"required":[{{required}}]}"""),
    };

    protected static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, WireJson.Wire.String);

    protected static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static FunctionResultStep Result(Step call, JsonElement result, bool isError)
    {
        var step = (FunctionCallStep)call;
        return new FunctionResultStep { CallId = step.Id, Name = step.Name, Result = result, IsError = isError ? true : null };
    }

    private static string Meaning(SandboxException exception) => exception.Errno switch
    {
        NoSuchFile => "there is no such file or directory.",
        NoPermission => "permission denied.",
        Exists => "it exists already.",
        NotDirectory => "a part of the path is no directory.",
        IsDirectory => "it is a directory.",
        NoSpace => "the disk is full.",
        ReadOnlyFiles => "it cannot be written: only /workspace, /home/agent, /tmp and /var/tmp can.",
        _ => exception.Message,
    };
}

/// <summary>A function over the files of the run's sandbox.</summary>
internal abstract class FileFunction(RunEnvironment environment) : EnvironmentFunction(environment)
{
    protected sealed override Task<JsonElement> RunAsync(ISandbox sandbox, FileArguments arguments, CancellationToken cancellationToken) => RunAsync(sandbox.Files, arguments, cancellationToken);

    /// <inheritdoc cref="EnvironmentFunction.RunAsync(ISandbox, FileArguments, CancellationToken)"/>
    protected abstract Task<JsonElement> RunAsync(ISandboxFiles files, FileArguments arguments, CancellationToken cancellationToken);
}

/// <summary>The arguments of a call do not say what is needed.</summary>
internal sealed class FileArgumentException(string message) : Exception(message);

/// <summary>The arguments of a call, as a model wrote them.</summary>
internal readonly struct FileArguments(JsonElement arguments)
{
    /// <summary>The path, absolute; null when there is none.</summary>
    public string? Path => TextOf("path") is not { Length: > 0 } path ? null : path.StartsWith('/') ? path : $"/workspace/{path}";

    /// <exception cref="FileArgumentException">There is none.</exception>
    public string RequirePath() => Path ?? throw new FileArgumentException("The call has no 'path': give the file's path, absolute or below /workspace.");

    public string Require(string name) => TextOf(name) ?? throw new FileArgumentException($"The call has no '{name}': give it as text.");

    public string? TextOf(string name) => Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    public int? NumberOf(string name) => Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    private JsonElement? Find(string name) => arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out var value) ? value : null;
}
