namespace OpenInteractions.Engine.Schemas;

/// <summary>A schema cannot be used. The message may be shown: it holds nothing but what is wrong.</summary>
/// <param name="pointer">Where in the schema, as a JSON pointer.</param>
/// <param name="message">What is wrong there.</param>
/// <param name="isBeyondUs">See <see cref="IsBeyondUs"/>.</param>
public sealed class JsonSchemaException(string pointer, string message, bool isBeyondUs = false) : Exception($"'{PointerFragment.Of(pointer)}' {message}.")
{
    /// <summary>Where in the schema, as a JSON pointer.</summary>
    public string Pointer { get; } = pointer;

    /// <summary>Whether it may be a right schema all the same, which a model's vendor may understand: it is large, of another dialect, or has a pattern that cannot be read here. False when it is wrong for everybody.</summary>
    public bool IsBeyondUs { get; } = isBeyondUs;
}

/// <summary>Checking a value costs more than it may.</summary>
internal sealed class SchemaBoundException(string message) : Exception(message);
