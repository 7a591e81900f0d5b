using OpenInteractions.Contracts.Steps;

namespace OpenInteractions.Contracts.Events;

/// <summary>Writes the shell of an output without its empty list: clients that put deltas into what they were given expect the bare type (wire 14.3).</summary>
internal sealed class StepShellConverter : JsonConverter<Step>
{
    private static readonly StepConverter Steps = new();

    public override Step Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Steps.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, Step value, JsonSerializerOptions options)
    {
        if (value is ModelOutputStep { Content.Count: 0, Error: null })
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, ModelOutputStep.TypeName);
            writer.WriteEndObject();
        }
        else
        {
            Steps.Write(writer, value, options);
        }
    }
}
