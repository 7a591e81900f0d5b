using System.Buffers;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Interactions;

/// <summary>Which steps an answer shows.</summary>
internal enum ShownSteps
{
    /// <summary>None, as in lists.</summary>
    None,

    /// <summary>Those that this turn made, as in the answer to a create (behaviour ST-2).</summary>
    Made,

    /// <summary>The whole turn, input first, as in a get (behaviour ST-2).</summary>
    All,
}

/// <summary>Puts an interaction's wire form together from what is kept; the kept JSON goes out as it is.</summary>
internal static class InteractionWriter
{
    public static IResult Answer(StoredInteraction interaction, ShownSteps shown, bool includeInput = false) => new JsonAnswer(json => Write(json, interaction, shown, includeInput));

    public static void Write(Utf8JsonWriter json, StoredInteraction interaction, ShownSteps shown, bool includeInput)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, interaction.Id);
        json.WriteString("object"u8, "interaction"u8);
        json.WriteString("status"u8, interaction.Status.ToWire());
        WriteText(json, "model"u8, interaction.Model);
        WriteText(json, "agent"u8, interaction.Agent);
        json.WritePropertyName("created"u8);
        JsonSerializer.Serialize(json, interaction.Created, WireJson.Wire.DateTimeOffset);
        json.WritePropertyName("updated"u8);
        JsonSerializer.Serialize(json, interaction.Updated, WireJson.Wire.DateTimeOffset);
        json.WriteString("service_tier"u8, interaction.ServiceTier);
        WriteText(json, "previous_interaction_id"u8, interaction.PreviousId);
        if (shown != ShownSteps.None)
        {
            json.WritePropertyName("steps"u8);
            WriteSteps(json, interaction, shown);
        }

        WriteRaw(json, "usage"u8, interaction.Usage);
        WriteRaw(json, "errors"u8, interaction.Errors);
        if (includeInput)
        {
            WriteRaw(json, "input"u8, interaction.Input);
        }

        WriteSettings(json, interaction.Settings);
        json.WriteEndObject();
    }

    /// <summary>Two arrays become one without being parsed: only their brackets and the comma between them change.</summary>
    private static void WriteSteps(Utf8JsonWriter json, StoredInteraction interaction, ShownSteps shown)
    {
        if (shown == ShownSteps.Made)
        {
            json.WriteRawValue(interaction.Output.IsEmpty ? "[]"u8 : interaction.Output.Span, skipInputValidation: true);
            return;
        }

        var input = Inner(interaction.Input);
        var output = Inner(interaction.Output);
        var joined = new ArrayBufferWriter<byte>(input.Length + output.Length + 3);
        joined.Write("["u8);
        joined.Write(input.Span);
        joined.Write(input.IsEmpty || output.IsEmpty ? default : ","u8);
        joined.Write(output.Span);
        joined.Write("]"u8);
        json.WriteRawValue(joined.WrittenSpan, skipInputValidation: true);
    }

    private static ReadOnlyMemory<byte> Inner(ReadOnlyMemory<byte> array) => array.Length <= 2 ? default : array[1..^1];

    private static void WriteSettings(Utf8JsonWriter json, ReadOnlyMemory<byte> settings)
    {
        if (settings.Length <= 2)
        {
            return;
        }

        using var document = JsonDocument.Parse(settings, new JsonDocumentOptions { MaxDepth = WireJson.Wire.Options.MaxDepth });
        foreach (var setting in document.RootElement.EnumerateObject())
        {
            setting.WriteTo(json);
        }
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.Span, skipInputValidation: true);
        }
    }

    /// <summary>An answer with status 200, which official clients require on these routes (wire 1.4), and its exact length.</summary>
    internal sealed class JsonAnswer(Action<Utf8JsonWriter> write) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var scratch = JsonScratch.Rent();
            write(scratch.Json);
            var body = scratch.Written;
            httpContext.Response.ContentType = "application/json";
            httpContext.Response.ContentLength = body.Length;
            await httpContext.Response.BodyWriter.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
