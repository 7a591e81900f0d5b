namespace OpenInteractions.Contracts.Validation;

/// <summary>The values that a request may have here; answers and stored rows may be newer.</summary>
/// <param name="values">The allowed values, in the order in which an error lists them.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WireEnumAttribute(params string[] values) : Attribute
{
    /// <summary>The allowed values.</summary>
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>Standard base64 with padding.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class Base64Attribute : Attribute;

/// <summary>The numbers that a request may have here, both ends included.</summary>
/// <param name="minimum">Smallest allowed value.</param>
/// <param name="maximum">Largest allowed value.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WireRangeAttribute(double minimum, double maximum) : Attribute
{
    /// <summary>Smallest allowed value.</summary>
    public double Minimum { get; } = minimum;

    /// <summary>Largest allowed value.</summary>
    public double Maximum { get; } = maximum;
}

/// <summary>An object is required here, where the type alone would allow any JSON.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class JsonObjectAttribute : Attribute;

/// <summary>A tool's result: a string, an object, or a list of content blocks (behaviour FN-5).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ToolResultAttribute : Attribute;

/// <summary>A media type by its syntax: <c>type/subtype</c>, with parameters (RFC 9110, 8.3.1). Which types there are is an open set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MediaTypeAttribute : Attribute;

/// <summary>A string that may not be empty.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotEmptyAttribute : Attribute;
