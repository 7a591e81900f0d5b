using System.Globalization;
using System.Numerics;

namespace OpenInteractions.Engine.Schemas;

/// <summary>A JSON number as it is written, not as the nearest double: <c>mantissa × 10^exponent</c>, without zeros at the mantissa's end.</summary>
internal readonly record struct ExactNumber(BigInteger Mantissa, long Exponent, int Digits) : IComparable<ExactNumber>
{
    /// <summary>Beyond this an exponent is as good as endless.</summary>
    private const long MaxExponent = 1_000_000_000;

    public bool IsInteger => Exponent >= 0;

    /// <exception cref="SchemaBoundException">It has more digits than are looked at.</exception>
    public static ExactNumber Of(JsonElement number)
    {
        var text = number.GetRawText().AsSpan();
        if (text.Length > SchemaBounds.MaxNumber)
        {
            throw new SchemaBoundException($"A number is longer than {SchemaBounds.MaxNumber} characters.");
        }

        var exponent = 0L;
        if (text.IndexOfAny('e', 'E') is >= 0 and var e)
        {
            // What does not fit a long is beyond every bound.
            exponent = long.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given)
                ? Math.Clamp(given, -MaxExponent, MaxExponent)
                : text[e + 1] == '-' ? -MaxExponent : MaxExponent;
            text = text[..e];
        }

        var isNegative = text[0] == '-';
        text = text[(isNegative ? 1 : 0)..];
        var point = text.IndexOf('.');
        var digits = point < 0 ? text.ToString() : string.Concat(text[..point], text[(point + 1)..]);
        exponent -= point < 0 ? 0 : text.Length - point - 1;
        var kept = digits.AsSpan().TrimEnd('0');
        if (kept.IsEmpty)
        {
            return new ExactNumber(BigInteger.Zero, 0, 0);
        }

        var mantissa = BigInteger.Parse(kept, NumberStyles.None, CultureInfo.InvariantCulture);
        return new ExactNumber(isNegative ? -mantissa : mantissa, exponent + digits.Length - kept.Length, kept.TrimStart('0').Length);
    }

    public int CompareTo(ExactNumber other)
    {
        if (Mantissa.Sign != other.Mantissa.Sign || Mantissa.IsZero)
        {
            return Mantissa.Sign.CompareTo(other.Mantissa.Sign);
        }

        // By the place of the first digit; only where it is the same are the digits brought to the same length, which is then bounded.
        var magnitude = (Exponent + Digits).CompareTo(other.Exponent + other.Digits);
        if (magnitude != 0)
        {
            return Mantissa.Sign * magnitude;
        }

        var difference = (int)(Exponent - other.Exponent);
        return difference >= 0
            ? (Mantissa * BigInteger.Pow(10, difference)).CompareTo(other.Mantissa)
            : Mantissa.CompareTo(other.Mantissa * BigInteger.Pow(10, -difference));
    }

    public bool IsMultipleOf(ExactNumber divisor)
    {
        if (Mantissa.IsZero)
        {
            return true;
        }

        var difference = Exponent - divisor.Exponent;
        if (difference >= 0)
        {
            var modulus = BigInteger.Abs(divisor.Mantissa);
            return (Mantissa * BigInteger.ModPow(10, difference, modulus) % modulus).IsZero;
        }

        // A number with so few digits cannot be divided by a larger power of ten.
        return -difference <= Digits && (Mantissa % (divisor.Mantissa * BigInteger.Pow(10, (int)-difference))).IsZero;
    }
}
