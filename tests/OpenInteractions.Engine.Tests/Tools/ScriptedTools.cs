using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Tests.Tools;

/// <summary>Remote servers whose tools a test writes.</summary>
internal sealed class ScriptedTools : IToolKind
{
    private readonly List<Function> _functions = [];
    private readonly List<string> _calls = [];

    public string Type => McpServerTool.TypeName;

    /// <summary>The calls that were made, as <c>name arguments</c>, in order.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>Whose runs it was opened for.</summary>
    public List<ToolScope> Opened { get; } = [];

    /// <summary>The declaration that it was opened with last.</summary>
    public Tool? Declared { get; private set; }

    /// <summary>Limits of its own, or null.</summary>
    public CallLimits? Limits { get; init; }

    /// <summary>What all of its calls wait in, or null.</summary>
    public object? Line { get; init; }

    /// <summary>How many opened tools were closed again.</summary>
    public int Closed { get; private set; }

    /// <summary>A tool that answers with a text.</summary>
    public ScriptedTools Answers(string name, string text) => On(name, _ => Task.FromResult(text));

    /// <summary>A tool that always fails.</summary>
    public ScriptedTools Fails(string name, string text) => On(name, (call, _) => Task.FromResult<Step>(Result(call, text, isError: true)));

    public ScriptedTools On(string name, Func<CancellationToken, Task<string>> run, bool isRepeatable = false) =>
        On(name, async (call, gone) => Result(call, await run(gone)), isRepeatable);

    public ScriptedTools On(string name, Func<McpServerToolCallStep, CancellationToken, Task<Step>> run, bool isRepeatable = false)
    {
        _functions.Add(new Function(this, name, run, isRepeatable));
        return this;
    }

    public static McpServerToolResultStep Result(McpServerToolCallStep call, string text, bool isError = false) =>
        new() { CallId = call.Id, Name = call.Name, ServerName = call.ServerName, Result = JsonSerializer.SerializeToElement(text, WireJson.Wire.String), IsError = isError ? true : null };

    public void Require(Tool declared, string path)
    {
        if (((McpServerTool)declared).Url is null)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"'{path}.url' is missing.", $"{path}.url");
        }
    }

    public ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken)
    {
        Opened.Add(scope);
        Declared = declared;
        return new(new Open(this, ((McpServerTool)declared).Name!, ((McpServerTool)declared).Url));
    }

    private sealed record Function(ScriptedTools Tools, string Name, Func<McpServerToolCallStep, CancellationToken, Task<Step>> Run, bool IsRepeatable);

    private sealed class Open(ScriptedTools tools, string server, string? address) : IOpenTool
    {
        public IReadOnlyList<IToolFunction> Functions => [.. tools._functions.Select(f => new OfServer(f, server, address))];

        public IToolFunction? FunctionOf(Step call) =>
            call is McpServerToolCallStep c && c.ServerName == server ? Functions.FirstOrDefault(f => f.Declaration.Name == c.Name) : null;

        public ValueTask DisposeAsync()
        {
            tools.Closed++;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class OfServer(Function function, string server, string? address) : IToolFunction
    {
        public string? Address => address;

        public FunctionTool Declaration { get; } = new() { Name = function.Name, Description = "A tool of a test.", Parameters = JsonElement.Parse("""{"type":"object"}""") };

        public bool IsRepeatable => function.IsRepeatable;

        public CallLimits? Limits => function.Tools.Limits;

        public object? Line => function.Tools.Line;

        public Step CallStep(string id, JsonElement arguments) => new McpServerToolCallStep { Id = id, Name = function.Name, ServerName = server, Arguments = arguments };

        public Task<Step> RunAsync(Step call, CancellationToken cancellationToken)
        {
            var made = (McpServerToolCallStep)call;
            lock (function.Tools._calls)
            {
                function.Tools._calls.Add($"{made.Name} {made.Arguments.GetRawText()}");
            }

            return function.Run(made, cancellationToken);
        }

        public Step Failed(Step call, string message) => Result((McpServerToolCallStep)call, message, isError: true);
    }
}
