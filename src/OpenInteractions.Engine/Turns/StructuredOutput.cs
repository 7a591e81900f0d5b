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

    /// <summary>Refuses a schema that nobody could follow, before a model is asked.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Where it stands in the request.</param>
    /// <exception cref="ApiException">It is wrong; the message names the place in it.</exception>
    internal void Require(JsonElement schema, string path)
    {
        try
        {
            _schemas.Of(schema);
        }
        catch (JsonSchemaException exception) when (!exception.IsBeyondUs)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid JSON Schema in '{path}': {exception.Message}", path);
        }
        catch (JsonSchemaException)
        {
            // Its answer is told to be unchecked.
        }
    }

    /// <summary>Checks what a turn has made.</summary>
    /// <param name="formats">What was asked for.</param>
    /// <param name="made">The turn's steps.</param>
    /// <returns>What was found; null when no schema was asked for.</returns>
    internal SchemaVerdict? Check(IReadOnlyList<ResponseFormat> formats, IReadOnlyList<HistoryStep> made) => SchemaOf(formats) is { } schema ? Check(schema, made) : null;

    /// <summary>An answer did not fit, and the model is asked again.</summary>
    internal void OnAskedAgain(string interactionId, int time, int most) => LogAskedAgain(interactionId, time, most);

    /// <summary>Puts on record what was found of the answer that is kept.</summary>
    /// <returns>What a caller is told of it; null for a fit.</returns>
    internal string? Record(string interactionId, SchemaVerdict verdict)
    {
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

        return Warning(verdict);
    }

    private static string? Warning(SchemaVerdict verdict) => verdict.Outcome switch
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

    [LoggerMessage(Level = LogLevel.Information, Message = "The output of {InteractionId} does not fit its response_format; the model is asked again ({Time} of {Most})")]
    private partial void LogAskedAgain(string interactionId, int time, int most);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The output of {InteractionId} does not fit the schema of its response_format: {Errors} errors, the first at '{Pointer}' ({Keyword})")]
    private partial void LogUnfit(string interactionId, int errors, string pointer, string keyword);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The output of {InteractionId} is not JSON, although its response_format asks for it")]
    private partial void LogNotJson(string interactionId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The output of {InteractionId} was not checked against the schema of its response_format: {Reason}")]
    private partial void LogUnchecked(string interactionId, string reason);
}
