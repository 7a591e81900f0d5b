using System.Buffers.Text;
using System.Runtime.InteropServices;
using OpenInteractions.Contracts.Errors;

namespace OpenInteractions.Contracts.Validation;

/// <summary>What one place of a request may hold. Shapes are derived from the contract types, so that there is one statement of the contract.</summary>
internal abstract class Shape
{
    /// <summary>What belongs here, for a message: <c>a string</c>.</summary>
    public abstract string Expected { get; }

    /// <summary>Throws when <paramref name="value"/> does not belong here.</summary>
    public abstract void Check(JsonElement value, JsonPath path);

    protected void RequireKind(JsonElement value, JsonPath path, JsonValueKind kind)
    {
        if (value.ValueKind != kind)
        {
            throw WrongType(value, path);
        }
    }

    protected ApiException WrongType(JsonElement value, JsonPath path) =>
        Invalid(path, $"Invalid type for '{path}': expected {Expected}, got {Describe(value)}.");

    protected static ApiException Invalid(JsonPath path, string message) => new(ErrorCode.InvalidRequest, message, path.ToString());

    protected static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    /// <summary>Text that is valid Unicode; the parser leaves escapes such as a lone surrogate unread.</summary>
    protected static void CheckText(JsonElement value, JsonPath path)
    {
        if (HasEscape(value))
        {
            ReadText(value, path);
        }
    }

    protected static bool HasEscape(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).Contains((byte)'\\');

    protected static string ReadText(JsonElement value, JsonPath path)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Invalid(path, $"Invalid text in '{path}': half of a surrogate pair is not a character.");
        }
    }

    protected static string ReadName(JsonProperty property, JsonPath path)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Invalid(path, $"Invalid member name in '{path}': half of a surrogate pair is not a character.");
        }
    }

    protected static ApiException Duplicate(string name, JsonPath path) =>
        new(ErrorCode.InvalidRequest, $"Duplicate parameter '{path.With(name)}': write it once.", path.With(name));

    protected static string Quote(IEnumerable<string> values) => string.Join(", ", values.Select(v => $"'{v}'"));
}

/// <summary>Any JSON, as in a schema or in arguments: only what no reader could handle is refused.</summary>
internal sealed class AnyShape(bool objectOnly = false) : Shape
{
    public override string Expected => objectOnly ? "an object" : "a value";

    public override void Check(JsonElement value, JsonPath path)
    {
        if (objectOnly)
        {
            RequireKind(value, path, JsonValueKind.Object);
        }

        CheckAny(value, path);
    }

    private static void CheckAny(JsonElement value, JsonPath path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                CheckText(value, path);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    path.Enter(index++);
                    CheckAny(item, path);
                    path.Leave();
                }

                break;
            case JsonValueKind.Object:
                var seen = new HashSet<string>(StringComparer.Ordinal);
                foreach (var member in value.EnumerateObject())
                {
                    var name = ReadName(member, path);
                    if (!seen.Add(name))
                    {
                        throw Duplicate(name, path);
                    }

                    path.Enter(name);
                    CheckAny(member.Value, path);
                    path.Leave();
                }

                break;
        }
    }
}

internal sealed class BooleanShape : Shape
{
    public override string Expected => "a boolean";

    public override void Check(JsonElement value, JsonPath path)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw WrongType(value, path);
        }
    }
}

/// <param name="integer">True for whole numbers.</param>
/// <param name="range">Both ends included, or null.</param>
/// <param name="orString">True where the wire writes an int64 as a string.</param>
internal sealed class NumberShape(bool integer, (double Minimum, double Maximum)? range, bool orString = false) : Shape
{
    public override string Expected => integer ? "an integer" : "a number";

    public override void Check(JsonElement value, JsonPath path)
    {
        double number;
        if (orString && value.ValueKind == JsonValueKind.String)
        {
            if (!long.TryParse(ReadText(value, path), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var parsed))
            {
                throw Invalid(path, $"Invalid value for '{path}': expected an integer.");
            }

            number = parsed;
        }
        else
        {
            RequireKind(value, path, JsonValueKind.Number);
            if (integer)
            {
                // A whole number too large for the type and a fraction are told apart from a wrong type by the message.
                number = value.TryGetInt64(out var whole) ? whole : throw Invalid(path, $"Invalid value for '{path}': expected an integer of at most 64 bits.");
            }
            else if (!value.TryGetDouble(out number) || !double.IsFinite(number))
            {
                throw Invalid(path, $"Invalid value for '{path}': expected a finite number.");
            }
        }

        if (range is { } r && (number < r.Minimum || number > r.Maximum))
        {
            throw Invalid(path, FormattableString.Invariant($"Invalid value for '{path}': expected a value from {r.Minimum} to {r.Maximum}."));
        }
    }
}

/// <param name="values">The allowed values, or null for any.</param>
/// <param name="notEmpty">True where an empty text means nothing.</param>
internal sealed class StringShape(IReadOnlyList<string>? values, bool notEmpty) : Shape
{
    public override string Expected => "a string";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.String);
        CheckText(value, path);
        if (notEmpty && JsonMarshal.GetRawUtf8Value(value).Length == 2)
        {
            throw Invalid(path, $"Invalid value for '{path}': it may not be empty.");
        }

        if (values is not null && !values.Contains(value.GetString()!))
        {
            throw Invalid(path, $"Invalid value '{Shorten(value.GetString()!)}' for '{path}'. Supported values: {Quote(values)}.");
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

internal sealed class Base64Shape : Shape
{
    public override string Expected => "a base64 string";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.String);
        if (HasEscape(value))
        {
            // Some encoders escape '/': read it, then check what it says.
            var text = ReadText(value, path);
            Require(Base64.IsValid(text) && !text.Any(char.IsWhiteSpace), text.StartsWith("data:", StringComparison.OrdinalIgnoreCase), path);
            return;
        }

        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        Require(Base64.IsValid(raw) && !raw.ContainsAny(" \t\r\n"u8), raw.StartsWith("data:"u8), path);
    }

    private static void Require(bool isValid, bool isDataUrl, JsonPath path)
    {
        if (!isValid)
        {
            throw Invalid(path, isDataUrl
                ? $"Invalid value for '{path}': send the plain base64 text and put the media type into 'mime_type'; data: addresses are not taken."
                : $"Invalid value for '{path}': expected standard base64 with padding.");
        }
    }
}

internal sealed class ListShape(Shape item) : Shape
{
    public override string Expected => "a list";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.Array);
        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            path.Enter(index++);
            item.Check(element, path);
            path.Leave();
        }
    }
}

internal sealed class MapShape(Shape item) : Shape
{
    public override string Expected => "an object";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.Object);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var name = ReadName(member, path);
            if (!seen.Add(name))
            {
                throw Duplicate(name, path);
            }

            path.Enter(name);
            item.Check(member.Value, path);
            path.Leave();
        }
    }
}
