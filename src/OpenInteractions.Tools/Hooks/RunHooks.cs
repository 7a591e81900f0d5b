using System.Globalization;
using System.Text;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Tools.Hooks;

/// <summary>
/// The hooks of the run's environment, as they are when the run begins. They run inside it, with what it may do and reach and no more: HTTP handlers leave it through its own doors. What is no
/// clear denial allows (behaviour HK-3), unless the operator wants it the other way round.
/// </summary>
internal sealed class RunHooks(RunEnvironment environment, OutboundGuard guard, bool failsClosed)
{
    private const int MostFile = 256 * 1024;
    private const int MostAnswer = 64 * 1024;
    private const int MostReason = 2000;
    private const string Unclear = "A hook of the environment gave no clear answer, and the server's operator lets calls pass only after one.";

    private static readonly string[] Places = ["/workspace/.agents/hooks.json", "/.agents/hooks.json"];

    private readonly Lock _gate = new();
    private Task<HookFile>? _file;

    /// <summary>The functions of a run's sandbox, with the hooks of its environment around them; those of a conversation's own sandbox, which nobody can put hooks into, as they are.</summary>
    public static IReadOnlyList<IToolFunction> Around(IReadOnlyList<IToolFunction> functions, RunEnvironment environment, OutboundGuard guard, AgentOptions options)
    {
        if (!environment.IsNamed)
        {
            return functions;
        }

        var hooks = new RunHooks(environment, guard, options.HooksFailClosed);
        return [.. functions.Select(f => new HookedFunction(f, hooks))];
    }

    /// <summary>Asks the handlers before a call.</summary>
    /// <returns>Why the call is not to be made, for the model; null when it may be.</returns>
    public async Task<string?> BeforeAsync(string tool, JsonElement arguments, CancellationToken cancellationToken)
    {
        var (sandbox, file) = await OpenAsync(cancellationToken);
        if (file.IsBroken && failsClosed)
        {
            return "The environment's hooks.json cannot be understood, and the server's operator lets no call pass then.";
        }

        foreach (var handler in file.Of(HookFile.Before, tool))
        {
            var answer = await AskAsync(sandbox, handler, Question(HookFile.Before, tool, arguments, result: null), cancellationToken);
            if (answer is { Denies: true })
            {
                return $"A hook of the environment denied the call.{(answer.Reason is { Length: > 0 } reason ? $" {Excerpt.Of(reason, MostReason)}" : "")}";
            }

            if (answer is null && failsClosed)
            {
                return Unclear;
            }
        }

        return null;
    }

    /// <summary>Tells the handlers of a result. They cannot change it (behaviour HK-6).</summary>
    public async Task AfterAsync(string tool, JsonElement arguments, JsonElement result, CancellationToken cancellationToken)
    {
        var (sandbox, file) = await OpenAsync(cancellationToken);
        foreach (var handler in file.Of(HookFile.After, tool))
        {
            await AskAsync(sandbox, handler, Question(HookFile.After, tool, arguments, result), cancellationToken);
        }
    }

    private async Task<(ISandbox Sandbox, HookFile File)> OpenAsync(CancellationToken cancellationToken)
    {
        var sandbox = await environment.SandboxAsync(cancellationToken);
        Task<HookFile> file;
        lock (_gate)
        {
            // Read once; again only when that failed.
            _file = _file is null or { IsFaulted: true } or { IsCanceled: true } ? ReadAsync(sandbox.Files, cancellationToken) : _file;
            file = _file;
        }

        return (sandbox, await file);
    }

    private static async Task<HookFile> ReadAsync(ISandboxFiles files, CancellationToken cancellationToken)
    {
        foreach (var place in Places)
        {
            try
            {
                using var content = new MemoryStream();
                await files.ReadAsync(place, 0, MostFile, content, cancellationToken);
                return HookFile.Read(content.ToArray());
            }
            catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
            {
                // Most environments have none.
            }
        }

        return HookFile.None;
    }

    /// <returns>The answer; null when there was none that is clear.</returns>
    private async Task<HookAnswer?> AskAsync(ISandbox sandbox, HookHandler handler, byte[] question, CancellationToken cancellationToken)
    {
        if (handler.Url is { } url && (url.IsLoopback || guard.FaultOf(url) is not null))
        {
            return null;
        }

        try
        {
            var command = await sandbox.StartAsync(
                new CommandSpec { Arguments = Arguments(handler), HasInput = true, Timeout = handler.Timeout, OutputLimit = MostAnswer, Directory = "/workspace" }, cancellationToken);
            var output = ReadAsync(command, cancellationToken);
            try
            {
                await command.WriteInputAsync(question, cancellationToken);
                await command.EndInputAsync(cancellationToken);
            }
            catch (SandboxException exception) when (exception.Kind != SandboxErrorKind.Ended)
            {
                // It answers without having read the question.
            }

            var text = await output;
            var result = await command.Result.WaitAsync(cancellationToken);
            return result is { ExitCode: 0, Signal: 0, TimedOut: false } ? HookAnswer.Read(text) : null;
        }
        catch (SandboxException exception) when (exception.Kind != SandboxErrorKind.Ended)
        {
            return null;
        }
    }

    private static IReadOnlyList<string> Arguments(HookHandler handler)
    {
        if (handler.Command is { } command)
        {
            return ["sh", "-c", command];
        }

        // "--fail": a status that is none of success is no answer.
        List<string> curl =
        [
            "curl", "--silent", "--fail", "--max-time", handler.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture), "--request", "POST", "--header", "content-type: application/json", "--data-binary", "@-",
        ];
        foreach (var (name, value) in handler.Headers)
        {
            curl.AddRange(["--header", $"{name}: {value}"]);
        }

        return [.. curl, "--", handler.Url!.AbsoluteUri];
    }

    private static async Task<string> ReadAsync(ISandboxCommand command, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await foreach (var piece in command.ReadOutputAsync(cancellationToken))
        {
            if (!piece.IsError)
            {
                bytes.Write(piece.Data.Span);
            }
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static byte[] Question(string @event, string tool, JsonElement arguments, JsonElement? result) => JsonScratch.Object(json =>
    {
        json.WriteString("event"u8, @event);
        json.WriteString("tool_name"u8, tool);
        json.WritePropertyName("tool_input"u8);
        arguments.WriteTo(json);
        if (result is { } given)
        {
            json.WritePropertyName("tool_result"u8);
            given.WriteTo(json);
        }
    });

    private sealed record HookAnswer(bool Denies, string? Reason)
    {
        private static readonly HookAnswer Nothing = new(false, null);

        /// <summary>An answer in JSON; silence allows.</summary>
        public static HookAnswer? Read(string text)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return Nothing;
            }

            try
            {
                using var document = JsonDocument.Parse(text);
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    return null;
                }

                var denies = document.RootElement.TryGetProperty("decision"u8, out var decision) && decision.ValueKind == JsonValueKind.String && decision.ValueEquals("deny"u8);
                return new HookAnswer(denies, document.RootElement.TryGetProperty("reason"u8, out var reason) && reason.ValueKind == JsonValueKind.String ? reason.GetString() : null);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
