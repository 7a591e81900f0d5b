using System.Globalization;
using System.Text;

namespace OpenInteractions.Contracts.Interactions;

/// <summary>What <c>labels</c> may hold (wire 3.1): keys and values of at most 63 code points, lower-case or caseless letters, digits, <c>_</c> and <c>-</c>; a key starts with a letter; a value may be empty.</summary>
public static class LabelRules
{
    /// <summary>Most labels on one interaction.</summary>
    public const int MaxCount = 64;

    private const int MaxLength = 63;

    /// <summary>What is wrong with a key, or null.</summary>
    public static string? FaultOfKey(string key) =>
        key.Length == 0 ? "a label key may not be empty"
        : !Rune.IsLetter(key.EnumerateRunes().First()) ? "a label key starts with a letter"
        : FaultOfValue(key);

    /// <summary>What is wrong with a value, or null.</summary>
    public static string? FaultOfValue(string value)
    {
        var count = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            count++;
            var category = Rune.GetUnicodeCategory(rune);
            var allowed = rune.Value is '_' or '-'
                || category is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber;
            if (!allowed)
            {
                return "labels hold lower-case letters, digits, '_' and '-'";
            }
        }

        return count > MaxLength ? $"labels are at most {MaxLength} characters long" : null;
    }
}
