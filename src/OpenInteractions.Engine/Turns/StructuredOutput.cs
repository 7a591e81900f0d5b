using System.Text;
using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Turns;

/// <summary>
/// Checks an answer against the schema that was asked for (behaviour SO-2). What does not fit is told and kept all the same: the model has
/// answered, and only the caller knows what the answer is still worth to him (protocols P-10).
/// </summary>
public sealed partial class StructuredOutput(EngineInstruments instruments, ILogger<StructuredOutput> logger)
{
    private readonly CompiledSchemas _schemas = new();

    /// <summary>Checks what a turn has made, and puts an outcome other than a fit on record.</summary>
    /// <param name="interactionId">Of the turn.</param>
    /// <param name="formats">What was asked for.</param>
    /// <param name="made">The turn's steps.</param>
    /// <returns>What was found; null when no schema was asked for.</returns>
    internal SchemaVerdict? Check(string interactionId, IReadOnlyList<ResponseFormat> formats, IReadOnlyList<HistoryStep> made)
    {
        if (SchemaOf(formats) is not { } schema)
        {
            return null;
        }

        var verdict = Check(schema, made);
        instruments.OnStructuredOutput(verdict.Outcome);
        switch (verdict.Outcome)
        {
            case SchemaOutcome.Unfit:
                LogUnfit(interactionId, verdict.Errors.Count, PointerFragment.Of(verdict.Errors[0].DeclaredPointer), verdict.Errors[0].Keyword);
                break;
            case SchemaOutcome.NotJson:
                LogNotJson(interactionId);
                break;
            case SchemaOutcome.Unchecked:
                LogUnchecked(interactionId, verdict.Reason!);
                break;
        }

        return verdict;
    }

    /// <summary>What a caller is told of an outcome; null for a fit.</summary>
    internal static string? Warning(SchemaVerdict verdict) => verdict.Outcome switch
    {
        SchemaOutcome.Unfit => $"response_format: the output does not fit the schema: {Places(verdict.Errors)}",
        SchemaOutcome.NotJson => "response_format: the output is not JSON",
        SchemaOutcome.Unchecked => $"response_format: the output was not checked: {verdict.Reason}",
        _ => null,
    };

    private SchemaVerdict Check(JsonElement schema, IReadOnlyList<HistoryStep> made)
    {
        try
        {
            return _schemas.Of(schema).CheckText(Encoding.UTF8.GetBytes(OutputText.Of(made)));
        }
        catch (JsonSchemaException exception)
        {
            return SchemaVerdict.Unchecked($"The schema cannot be used: {exception.Message}");
        }
    }

    private static JsonElement? SchemaOf(IReadOnlyList<ResponseFormat> formats)
    {
        for (var i = 0; i < formats.Count; i++)
        {
            if (formats[i] is TextResponseFormat { MimeType: "application/json", Schema: { } schema })
            {
                return schema;
            }
        }

        return null;
    }

    private static string Places(IReadOnlyList<SchemaError> errors)
    {
        const int Told = 3;
        var places = string.Join(", ", errors.Take(Told).Select(e => $"{PointerFragment.Of(e.Pointer)} {e.Keyword}"));
        return errors.Count <= Told ? places : $"{places} and more";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The output of {InteractionId} does not fit the schema of its response_format: {Errors} errors, the first at '{Pointer}' ({Keyword})")]
    private partial void LogUnfit(string interactionId, int errors, string pointer, string keyword);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The output of {InteractionId} is not JSON, although its response_format asks for it")]
    private partial void LogNotJson(string interactionId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The output of {InteractionId} was not checked against the schema of its response_format: {Reason}")]
    private partial void LogUnchecked(string interactionId, string reason);
}
