using System.Text;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Turns;

/// <summary>
/// Takes the calls of one model call that this server answers out of what the model says. On the wire such a call is the typed step of its tool, whose payload
/// comes at once (behaviour SE-7), so it is shown when its arguments are whole.
/// </summary>
/// <param name="functions">What may be called in this round.</param>
internal sealed class RoundCalls(RoundFunctions functions)
{
    private readonly List<ServerCall> _taken = [];
    private readonly StringBuilder _arguments = new();
    private FunctionCallStep? _call;
    private ServerFunction? _function;
    private ProviderState? _state;
    private bool _isStopped;

    /// <summary>The calls, in the order in which they were made.</summary>
    public IReadOnlyList<ServerCall> Taken => _taken;

    /// <summary>The choice that holds for the functions that the client answers.</summary>
    public StringOr<ToolChoiceConfig>? Asked => functions.Asked;

    /// <summary>Takes an event that belongs to such a call.</summary>
    /// <returns>False when it is somebody else's.</returns>
    /// <exception cref="ApiException"><see cref="ErrorCode.MalformedToolCall"/>, or <see cref="ErrorCode.TooManyToolCalls"/>: tools are withdrawn, and the model calls one.</exception>
    public async ValueTask<bool> TakeAsync(ModelEvent value, CallIds ids, TurnOutput output, int maxSteps, CancellationToken cancellationToken)
    {
        if (_isStopped)
        {
            await EndAsync(isCut: value is ModelStopped { Reason: ModelStopReason.TokenLimit }, output, cancellationToken);
        }

        switch (value)
        {
            case StepStarted { Shell: FunctionCallStep call } when functions.Find(call.Name) is { } function:
                TurnLoop.RequireRoom(output, maxSteps);
                output.Begin();
                (_call, _function) = ((FunctionCallStep)ids.Nativize(call), function);
                return true;
            case StepPiece { Delta: ArgumentsDelta piece } when _call is not null:
                _arguments.Append(piece.Arguments);
                return true;
            case StepStopped stopped when _call is not null:
                // What comes next tells whether a limit cut it: half of an argument must never be executed, however well it could be mended.
                (_isStopped, _state) = (true, ids.StateOf(stopped.State));
                return true;
            default:
                return false;
        }
    }

    private async ValueTask EndAsync(bool isCut, TurnOutput output, CancellationToken cancellationToken)
    {
        var (call, function) = (_call!, _function!);
        var wasGiven = call.Arguments.ValueKind == JsonValueKind.Object && call.Arguments.EnumerateObject().MoveNext();
        var written = wasGiven && _arguments.Length == 0 ? call.Arguments.GetRawText() : _arguments.ToString();
        (_call, _function, _isStopped) = (null, null, false);
        _arguments.Clear();
        if (isCut && !CallArguments.IsObject(written))
        {
            return; // it was never shown
        }

        var arguments = CallArguments.Read(written)
            ?? throw new ApiException(ErrorCode.MalformedToolCall, $"The model wrote arguments for '{call.Name}' that are not a JSON object, or one that is nested too deep to be sent back.");
        var step = function.Function.CallStep(call.Id, JsonElement.Parse(arguments));
        output.Owe([step]);
        await output.PutAsync(step, _state, cancellationToken);
        _taken.Add(new ServerCall(step, call.Name, function));
    }
}
