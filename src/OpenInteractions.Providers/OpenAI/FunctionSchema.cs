namespace OpenInteractions.Providers.OpenAI;

/// <summary>The <c>parameters</c> of a declared function.</summary>
internal static class FunctionSchema
{
    /// <summary>The caller's schema as it is; a function without one takes no arguments, which both wires want to be said.</summary>
    public static void Write(Utf8JsonWriter writer, FunctionTool function)
    {
        writer.WritePropertyName("parameters");
        if (function.Parameters is { ValueKind: JsonValueKind.Object } schema && schema.TryGetProperty("type", out _))
        {
            schema.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "object");
        if (function.Parameters is { ValueKind: JsonValueKind.Object } untyped)
        {
            foreach (var member in untyped.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        }
        else
        {
            writer.WriteStartObject("properties");
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary><c>validated</c> asks for calls that keep to their schemas: strict mode, where the schema is of the kind that it takes.</summary>
    public static bool MayBeStrict(FunctionTool function, ToolChoice choice) =>
        choice.IsValidated && function.Parameters is { } schema && AnswerSchema.IsClosed(schema);
}
