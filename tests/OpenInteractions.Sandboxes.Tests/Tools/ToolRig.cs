using System.Text.Json;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Sandboxes.Tests.Environments;
using OpenInteractions.Sandboxes.Tests.Init;
using OpenInteractions.Tools.CodeExecution;
using OpenInteractions.Tools.EnvironmentFiles;

namespace OpenInteractions.Sandboxes.Tests.Tools;

/// <summary>The tools of one run over a real environment.</summary>
internal sealed class ToolRig : IAsyncDisposable
{
    private readonly EnvironmentRig _rig;
    private readonly List<IToolFunction> _functions = [];
    private int _calls;

    private ToolRig(EnvironmentRig rig) => _rig = rig;

    /// <summary>What a model may call.</summary>
    public IReadOnlyList<IToolFunction> Functions => _functions;

    public RunEnvironment Environment { get; private set; } = null!;

    /// <param name="spec">The environment; null for the one of a conversation, which nobody asked for.</param>
    /// <param name="adjust">Settings.</param>
    /// <param name="mediaFault">What the model does not take.</param>
    /// <param name="environments">Environments of the test's own, which end with this.</param>
    public static async Task<ToolRig> StartAsync(EnvironmentSpec? spec, Action<AgentOptions, CodeExecutionOptions>? adjust = null, Func<MediaContent, string?>? mediaFault = null, EnvironmentRig? environments = null)
    {
        var rig = new ToolRig(environments ?? new EnvironmentRig());
        var (agents, code) = (new AgentOptions(), new CodeExecutionOptions());
        adjust?.Invoke(agents, code);
        var id = spec is null ? null : (await rig._rig.CreateAsync(spec)).Id;
        rig.Environment = new RunEnvironment(rig._rig.Environments, EnvironmentRig.Project, id, "int_root");
        var scope = new ToolScope(EnvironmentRig.Project, "int_1", "int_root") { Environment = rig.Environment, MediaFault = mediaFault ?? (_ => null) };
        var guard = new OutboundGuard(Options.Create(new OutboundOptions()));
        foreach (var (kind, declared) in new (IToolKind, Tool)[]
        {
            (new CodeExecutionKind(Options.Create(code), Options.Create(agents), guard, rig._rig.Environments), new CodeExecutionTool()),
            (new EnvironmentFilesKind(Options.Create(agents), guard, rig._rig.Environments), AgentTools.FilesDeclaration),
        })
        {
            kind.Require(declared, "tools[0]");
            var open = await kind.OpenAsync(declared, scope, Within.Time);
            rig._functions.AddRange(open.Functions);
        }

        return rig;
    }

    public static EnvironmentSpec Empty => new() { Type = "remote" };

    public Task<Step> CallAsync(string function, object arguments)
    {
        var found = _functions.Single(f => f.Declaration.Name == function);
        return found.RunAsync(found.CallStep($"call_{++_calls}", JsonSerializer.SerializeToElement(arguments)), Within.Time);
    }

    /// <summary>A call that goes well, as text.</summary>
    public async Task<string> TextAsync(string function, object arguments)
    {
        var result = await CallAsync(function, arguments);
        Assert.False(IsError(result), Text(result));
        return Text(result);
    }

    /// <summary>A call that goes wrong, as text.</summary>
    public async Task<string> ErrorAsync(string function, object arguments)
    {
        var result = await CallAsync(function, arguments);
        Assert.True(IsError(result), Text(result));
        return Text(result);
    }

    public Task<string> BashAsync(string code) => TextAsync("code_execution", new { language = "bash", code });

    public static string Text(Step result) => Payload(result) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : Payload(result).GetRawText();

    public static JsonElement Payload(Step result) => result switch
    {
        CodeExecutionResultStep r => r.Result,
        FunctionResultStep r => r.Result,
        _ => throw new InvalidOperationException(result.Type),
    };

    public async ValueTask DisposeAsync()
    {
        await Environment.DisposeAsync();
        await _rig.DisposeAsync();
    }

    private static bool IsError(Step result) => result switch
    {
        CodeExecutionResultStep r => r.IsError == true,
        FunctionResultStep r => r.IsError == true,
        _ => throw new InvalidOperationException(result.Type),
    };
}
