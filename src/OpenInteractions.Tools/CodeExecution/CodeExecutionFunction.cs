using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Tools.CodeExecution;

/// <summary>Runs Python and bash in the run's sandbox, as a function that the model calls.</summary>
internal sealed class CodeExecutionFunction(ToolScope scope, CodeExecutionOptions options) : IToolFunction
{
    private const string Python = "python";
    private const string Bash = "bash";

    /// <summary>The shell whose directory and variables last from one call to the next.</summary>
    private const string Session = "main";

    private readonly RunEnvironment _environment = scope.Environment!;

    public FunctionTool Declaration { get; } = new()
    {
        Name = CodeExecutionTool.TypeName,
        Description = "Runs code in a Linux sandbox and gives back what it printed. Files under /workspace last from one call to the next; so do the directory and the exported variables of bash. "
            + "Each call of python is a new process. Save pictures and results as files in /workspace: new pictures are shown with the result. "
            + $"A call may take {Seconds(options.Timeout)} seconds; start what takes longer in the background with its output in a file.",
        Parameters = JsonElement.Parse("""
            {"type":"object","properties":{"language":{"type":"string","enum":["python","bash"]},"code":{"type":"string","description":"The whole program, or the shell commands."}},"required":["language","code"]}
            """),
    };

    // It may do anything.
    public bool IsRepeatable => false;

    public object? Line => _environment.Line;

    // The sandbox ends what takes too long; beyond that, something is broken.
    public CallLimits? Limits { get; } = new(options.Timeout + TimeSpan.FromSeconds(60), MaxOutput * 2);

    private const int MaxOutput = 100_000;

    public Step CallStep(string id, JsonElement arguments) => new CodeExecutionCallStep { Id = id, Arguments = Read(arguments) };

    public Step Failed(Step call, string message) => Result(call, JsonSerializer.SerializeToElement(message, WireJson.Wire.String), isError: true);

    public async Task<Step> RunAsync(Step call, CancellationToken cancellationToken)
    {
        var given = ((CodeExecutionCallStep)call).Arguments;
        if (string.IsNullOrWhiteSpace(given.Code))
        {
            return Failed(call, "The call has no code: give it as text in 'code', and 'python' or 'bash' in 'language'.");
        }

        try
        {
            var sandbox = await _environment.SandboxAsync(cancellationToken);
            var workspace = new WorkspaceFiles(sandbox.Files, scope.MediaFault);
            var before = await workspace.ListAsync(cancellationToken);
            var output = await RunAsync(sandbox, given, cancellationToken);
            var blocks = await NewAsync(workspace, before, cancellationToken);
            return Result(call, Content(output.Text, blocks), output.IsError);
        }
        catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.Ended)
        {
            return Failed(call, "The sandbox ended while the code ran, perhaps because it used more memory than it may. Files that were written before are kept. The next call starts a new one.");
        }
        catch (SandboxException exception) when (exception.Kind is SandboxErrorKind.File or SandboxErrorKind.Invalid or SandboxErrorKind.Conflict)
        {
            return Failed(call, $"The code could not be started: {exception.Message}");
        }
        catch (ApiException exception)
        {
            return Failed(call, $"The code was not run. {exception.Message}");
        }
    }

    // The code has run: what it said is the result, whatever becomes of looking at its files.
    private async Task<IReadOnlyList<ContentBlock>> NewAsync(WorkspaceFiles workspace, IReadOnlyDictionary<string, SandboxEntry>? before, CancellationToken cancellationToken)
    {
        try
        {
            return await workspace.NewAsync(before, attachesDocuments: !_environment.IsNamed, cancellationToken);
        }
        catch (SandboxException exception)
        {
            return [new TextContent { Text = $"[Which files were written could not be seen{(exception.Kind == SandboxErrorKind.Ended ? ": the sandbox ended after the code. The next call starts a new one" : "")}.]" }];
        }
    }

    private async Task<(string Text, bool IsError)> RunAsync(ISandbox sandbox, CodeExecutionArguments given, CancellationToken cancellationToken)
    {
        var isShell = given.Language == Bash;
        var command = await sandbox.StartAsync(
            new CommandSpec
            {
                Arguments = isShell ? [given.Code!] : ["python3", "-u", "-"],
                Session = isShell ? Session : null,
                HasInput = !isShell, // an argument is bounded, a program is not
                Timeout = options.Timeout,
                OutputLimit = MaxOutput,
                Environment = new Dictionary<string, string> { ["MPLBACKEND"] = "Agg" }, // there is no screen
            },
            cancellationToken);
        try
        {
            var reading = CommandText.ReadAsync(command, cancellationToken);
            if (!isShell)
            {
                await WriteAsync(command, given.Code!, cancellationToken);
            }

            var text = await reading;
            var result = await command.Result.WaitAsync(cancellationToken);
            return (text + Remarks(result, text), result.ExitCode != 0 || result.Signal != 0);
        }
        catch (OperationCanceledException)
        {
            await command.SignalAsync(9, CancellationToken.None); // nobody will read it
            throw;
        }
    }

    private static async Task WriteAsync(ISandboxCommand command, string code, CancellationToken cancellationToken)
    {
        try
        {
            await command.WriteInputAsync(System.Text.Encoding.UTF8.GetBytes(code), cancellationToken);
            await command.EndInputAsync(cancellationToken);
        }
        catch (SandboxException exception) when (exception.Kind != SandboxErrorKind.Ended)
        {
            // It ended before it had read all; its output says why.
        }
    }

    private string Remarks(CommandResult result, string text)
    {
        List<string> remarks = [];
        if (result.OutputDropped + result.ErrorDropped is > 0 and var dropped)
        {
            remarks.Add($"[{dropped} more bytes of output were dropped. Write long output to a file.]");
        }

        if (result.TimedOut)
        {
            remarks.Add($"[Killed after {Seconds(options.Timeout)} seconds, the longest that a call may take.]");
        }
        else if (result.Signal != 0)
        {
            remarks.Add($"[Ended by signal {result.Signal}{(result.Signal == 9 ? ": perhaps it used more memory than it may" : "")}.]");
        }
        else if (result.ExitCode != 0)
        {
            remarks.Add($"[Ended with status {result.ExitCode}.]");
        }

        if (remarks.Count == 0 && text.Length == 0)
        {
            remarks.Add("[No output.]");
        }

        return (text.Length > 0 && !text.EndsWith('\n') && remarks.Count > 0 ? "\n" : "") + string.Join('\n', remarks);
    }

    /// <summary>What the wire has for it: a text, or blocks where there is more than text.</summary>
    private static JsonElement Content(string text, IReadOnlyList<ContentBlock> files) => files.Count == 0
        ? JsonSerializer.SerializeToElement(text, WireJson.Wire.String)
        : JsonSerializer.SerializeToElement([new TextContent { Text = text }, .. files], WireJson.Wire.IReadOnlyListContentBlock);

    private static CodeExecutionResultStep Result(Step call, JsonElement result, bool isError) =>
        new() { CallId = ((CodeExecutionCallStep)call).Id, Result = result, IsError = isError ? true : null };

    // What models write in other words is understood where it is clear.
    private static CodeExecutionArguments Read(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
        {
            return new CodeExecutionArguments();
        }

        var code = Text(arguments, "code") ?? Text(arguments, "command") ?? Text(arguments, "script");
        var language = Text(arguments, "language")?.ToLowerInvariant() switch
        {
            Bash or "sh" or "shell" => Bash,
            null when arguments.TryGetProperty("command"u8, out _) => Bash,
            _ => Python,
        };
        return new CodeExecutionArguments { Code = code, Language = language };
    }

    private static string? Text(JsonElement arguments, string name) => arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Seconds(TimeSpan time) => (int)time.TotalSeconds;
}
