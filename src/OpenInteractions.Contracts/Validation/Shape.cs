using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
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
        Invalid(path, $"Invalid type for {path.Describe()}: expected {Expected}, got {Describe(value)}.");

    protected static ApiException Invalid(JsonPath path, string message) => new(ErrorCode.InvalidRequest, message, path.Field);

    protected static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

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
                JsonText.Check(value, path);
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
                var seen = default(NameSet);
                foreach (var member in value.EnumerateObject())
                {
                    var name = JsonText.ReadName(member, path);
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
    private static readonly SearchValues<char> DigitsAndSign = SearchValues.Create("-0123456789");

    public override string Expected => integer ? "an integer" : "a number";

    public override void Check(JsonElement value, JsonPath path)
    {
        if (orString && value.ValueKind == JsonValueKind.String)
        {
            // Digits and a minus alone: TryParse would also take trailing NULs, which the deserializer refuses with an exception.
            var text = JsonText.Read(value, path);
            Require(!text.AsSpan().ContainsAnyExcept(DigitsAndSign) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) && IsInRange(written), path);
            return;
        }

        RequireKind(value, path, JsonValueKind.Number);
        Require(integer ? value.TryGetInt64(out var whole) && IsInRange(whole) : value.TryGetDouble(out var number) && double.IsFinite(number) && IsInRange(number), path);
    }

    private bool IsInRange(double number) => range is not { } r || (number >= r.Minimum && number <= r.Maximum);

    private void Require(bool holds, JsonPath path)
    {
        if (!holds)
        {
            var bounds = range switch
            {
                { Maximum: double.PositiveInfinity } r => string.Create(CultureInfo.InvariantCulture, $" of at least {r.Minimum}"),
                { } r => string.Create(CultureInfo.InvariantCulture, $" from {r.Minimum} to {r.Maximum}"),
                null => integer ? " of at most 64 bits" : "",
            };
            throw Invalid(path, $"Invalid value for '{path}': expected {(integer ? $"an integer{bounds}, written without fraction or exponent" : $"a finite number{bounds}")}.");
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
        JsonText.Check(value, path);
        if (notEmpty && JsonMarshal.GetRawUtf8Value(value).Length == 2)
        {
            throw Invalid(path, $"Invalid value for '{path}': it may not be empty.");
        }

        if (values is not null && !values.Contains(value.GetString()!))
        {
            throw Invalid(path, $"Invalid value '{Excerpt.Of(value.GetString()!)}' for '{path}'. Supported values: {Quote(values)}.");
        }
    }
}

internal sealed class Base64Shape : Shape
{
    public override string Expected => "a base64 string";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.String);
        if (JsonText.HasEscape(value))
        {
            // Some encoders escape '/': read it, then check what it says.
            var text = JsonText.Read(value, path);
            Require(Base64.IsValid(text) && !text.Any(char.IsWhiteSpace), text.StartsWith("data:", StringComparison.OrdinalIgnoreCase), path);
            return;
        }

        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        Require(Base64.IsValid(raw) && !raw.Contains((byte)' '), Ascii.EqualsIgnoreCase(raw[..Math.Min(raw.Length, 5)], "data:"u8), path);
    }

    private static void Require(bool isValid, bool isDataUrl, JsonPath path)
    {
        if (!isValid)
        {
            throw Invalid(path, isDataUrl
                ? $"Invalid value for '{path}': send the plain base64 text and put the media type into 'mime_type'; data: addresses are not taken."
                : $"Invalid value for '{path}': expected standard base64 with padding and without line breaks.");
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
        var seen = default(NameSet);
        foreach (var member in value.EnumerateObject())
        {
            var name = JsonText.ReadName(member, path);
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
