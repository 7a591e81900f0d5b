namespace OpenInteractions.Engine.Schemas;

/// <summary>A schema cannot be used. The message may be shown: it holds nothing but what is wrong.</summary>
/// <param name="pointer">Where in the schema, as a JSON pointer.</param>
/// <param name="message">What is wrong there.</param>
public sealed class JsonSchemaException(string pointer, string message) : Exception($"'{PointerFragment.Of(pointer)}' {message}.")
{
    /// <summary>Where in the schema, as a JSON pointer.</summary>
    public string Pointer { get; } = pointer;
}

/// <summary>Checking a value costs more than it may.</summary>
internal sealed class SchemaBoundException(string message) : Exception(message);
