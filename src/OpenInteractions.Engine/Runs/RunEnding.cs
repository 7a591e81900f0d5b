using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Runs;

/// <summary>How a run ended, and what is kept of it then.</summary>
internal sealed record RunEnding(InteractionStatus Status, Usage? Usage, ModelFault? Fault)
{
    /// <summary>What is wrong with an answer that is kept all the same, or null.</summary>
    public string? Warning { get; init; }

    /// <summary>The interaction as it ended.</summary>
    public StoredInteraction Of(StoredInteraction interaction, TurnOutput output, DateTimeOffset now) => interaction with
    {
        Status = Status,
        Updated = now > interaction.Created ? now : interaction.Created,
        Output = TurnJson.WriteSteps(output.Steps.Select(s => s.Step)),
        ProviderStates = TurnJson.WriteStates(output.Steps),
        Usage = Usage is null ? default : JsonSerializer.SerializeToUtf8Bytes(Usage, WireJson.Wire.Usage),
        Errors = Errors(),
        PendingCalls = PendingCalls.Write(PendingCalls.Of(output.Steps)),
        ChainModalities = interaction.ChainModalities | (int)InputRules.ModalitiesOf(output.Steps.Select(s => s.Step)),
    };

    /// <summary>What the row of a run's interaction is given when it has ended.</summary>
    public static RunOutcome OutcomeOf(StoredInteraction ended) => new()
    {
        Status = ended.Status,
        Updated = ended.Updated,
        ChainModalities = ended.ChainModalities,
        Output = ended.Output,
        ProviderStates = ended.ProviderStates,
        Usage = ended.Usage,
        Errors = ended.Errors,
        PendingCalls = ended.PendingCalls,
    };

    /// <summary>Why it failed; of an answer that is kept as it is, what is wrong with it, which has no code because it is no error (wire 4).</summary>
    private ReadOnlyMemory<byte> Errors()
    {
        InteractionError? error = this switch
        {
            { Fault: { } fault } => new() { Code = ErrorTable.Of(fault.Code).WireCode, Message = fault.Message },
            { Warning: { } warning } => new() { Message = warning },
            _ => null,
        };
        return error is null ? default : JsonSerializer.SerializeToUtf8Bytes([error], WireJson.Wire.IReadOnlyListInteractionError);
    }
}
