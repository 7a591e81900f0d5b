using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OpenInteractions.Engine.Schemas;

/// <summary>
/// Reads a regular expression as JavaScript means it (with its <c>u</c> flag), which is what JSON Schema asks for, and writes it as .NET understands
/// it: an emoji is one character, <c>\d</c> and <c>\w</c> are ASCII, <c>$</c> is the very end.
/// </summary>
internal sealed class EcmaPattern
{
    private const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
    private const string Halves = @"\uD800-\uDFFF";
    private const string Word = "A-Za-z0-9_";
    private const string Space = @"\s\uFEFF";

    private readonly string _source;
    private readonly StringBuilder _target = new();
    private int _at;

    private EcmaPattern(string source) => _source = source;

    /// <summary>The expression, or null when it cannot be read.</summary>
    public static SchemaPattern? Read(string pattern)
    {
        if (new EcmaPattern(pattern).Translate() is not { } translated)
        {
            return null;
        }

        var read = new SchemaPattern(translated, pattern.Length, pattern.AsSpan().CountAny('[', '\\', '.'));
        try
        {
            read.Quick();
            return read;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private string? Translate()
    {
        while (_at < _source.Length)
        {
            var c = _source[_at++];
            switch (c)
            {
                case '.':
                    _target.Append($@"(?:{Pair}|[^\n\r\u2028\u2029{Halves}])");
                    break;
                case '$':
                    _target.Append(@"\z");
                    break;
                case '[':
                    if (Class() is not { } set)
                    {
                        return null;
                    }

                    _target.Append(set);
                    break;
                case '\\':
                    if (Escape(inClass: false) is not { } escaped)
                    {
                        return null;
                    }

                    _target.Append(escaped);
                    break;
                case '(' when _source.AsSpan(_at).StartsWith("?"):
                    // Of what may follow, JavaScript and .NET share these; the rest would mean something else here.
                    var rest = _source.AsSpan(_at + 1);
                    if (rest.IsEmpty || rest[0] is not (':' or '=' or '!' or '<'))
                    {
                        return null;
                    }

                    _target.Append(c);
                    break;
                default:
                    AppendLiteral(c);
                    break;
            }
        }

        return _target.ToString();
    }

    private void AppendLiteral(char c)
    {
        if (char.IsHighSurrogate(c) && _at < _source.Length && char.IsLowSurrogate(_source[_at]))
        {
            _target.Append("(?:").Append(c).Append(_source[_at++]).Append(')');
            return;
        }

        _target.Append(c);
    }

    /// <summary>An escape, behind its backslash.</summary>
    private string? Escape(bool inClass)
    {
        if (_at >= _source.Length)
        {
            return null;
        }

        var c = _source[_at++];
        return c switch
        {
            'd' => inClass ? "0-9" : "[0-9]",
            'w' => inClass ? Word : $"[{Word}]",
            's' => inClass ? Space : $"[{Space}]",
            'D' => inClass ? @"\x00-/:-\uD7FF\uE000-\uFFFF" : $"(?:{Pair}|[^0-9{Halves}])",
            'W' => inClass ? @"\x00-/:-@\[-\^`{-\uD7FF\uE000-\uFFFF" : $"(?:{Pair}|[^{Word}{Halves}])",
            'S' => inClass ? @"\S" : $"(?:{Pair}|[^{Space}{Halves}])",
            // .NET counts letters beyond ASCII as parts of words.
            'b' => inClass ? @"\b" : $"(?:(?<=[{Word}])(?![{Word}])|(?<![{Word}])(?=[{Word}]))",
            'B' when !inClass => $"(?:(?<=[{Word}])(?=[{Word}])|(?<![{Word}])(?![{Word}]))",
            'p' or 'P' => Property(c),
            'u' => Unicode(inClass),
            'x' => Hex(2) is { } code ? Code(code, inClass) : null,
            'c' when _at < _source.Length && char.IsAsciiLetter(_source[_at]) => $@"\x{_source[_at++] % 32:X2}",
            'n' or 'r' or 't' or 'f' or 'v' => $@"\{c}",
            '0' when _at >= _source.Length || !char.IsAsciiDigit(_source[_at]) => @"\x00",
            >= '1' and <= '9' when !inClass => $@"\{c}",
            'k' when !inClass => @"\k",
            _ when char.IsAsciiLetterOrDigit(c) => null, // JavaScript knows no other, and .NET's own mean something else
            _ when c > 127 => c.ToString(),
            _ => $@"\{c}",
        };
    }

    private string? Unicode(bool inClass)
    {
        if (_at < _source.Length && _source[_at] == '{')
        {
            var end = _source.IndexOf('}', _at);
            if (end < 0 || !int.TryParse(_source.AsSpan(_at + 1, end - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) || point is < 0 or > 0x10FFFF)
            {
                return null;
            }

            _at = end + 1;
            return point > 0xFFFF ? inClass ? null : $"(?:{char.ConvertFromUtf32(point)})" : Code(point, inClass);
        }

        if (Hex(4) is not { } high)
        {
            return null;
        }

        if (char.IsHighSurrogate((char)high) && !inClass && _source.AsSpan(_at).StartsWith("\\u"))
        {
            _at += 2;
            return Hex(4) is { } low ? $@"(?:\u{high:X4}\u{low:X4})" : null;
        }

        return Code(high, inClass);
    }

    private static string Code(int code, bool inClass) => inClass || code > 0 ? $@"\u{code:X4}" : @"\x00";

    private int? Hex(int digits)
    {
        if (_at + digits > _source.Length || !int.TryParse(_source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            return null;
        }

        _at += digits;
        return code;
    }

    /// <summary>General categories, by their short or long names. Scripts are not known to .NET.</summary>
    private string? Property(char kind)
    {
        var end = _source.IndexOf('}', _at);
        if (_at >= _source.Length || _source[_at] != '{' || end < 0)
        {
            return null;
        }

        var name = _source[(_at + 1)..end];
        _at = end + 1;
        name = name[(name.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var category = name switch
        {
            "Letter" => "L",
            "Lowercase_Letter" => "Ll",
            "Uppercase_Letter" => "Lu",
            "Titlecase_Letter" => "Lt",
            "Mark" => "M",
            "Number" => "N",
            "Decimal_Number" or "digit" => "Nd",
            "Punctuation" or "punct" => "P",
            "Symbol" => "S",
            "Separator" => "Z",
            "Space_Separator" => "Zs",
            "Other" => "C",
            { Length: 1 or 2 } => name,
            _ => null,
        };
        return category is null ? null : $@"\{kind}{{{category}}}";
    }

    /// <summary>A class, behind its bracket. Characters beyond the first plane become alternatives beside it.</summary>
    private string? Class()
    {
        var isNegated = _at < _source.Length && _source[_at] == '^';
        _at += isNegated ? 1 : 0;
        var (set, beyond) = (new StringBuilder(), new List<string>());
        while (_at < _source.Length)
        {
            var c = _source[_at++];
            switch (c)
            {
                case ']':
                    return Join(set.ToString(), beyond, isNegated);
                case '\\':
                    if (_at < _source.Length && _source[_at] is 'D' or 'W' or 'S')
                    {
                        beyond.Add(Pair);
                    }

                    if (Escape(inClass: true) is not { } escaped)
                    {
                        return null;
                    }

                    set.Append(escaped);
                    break;
                case '[' or '^':
                    set.Append('\\').Append(c); // .NET would take a bracket behind a hyphen for a subtraction
                    break;
                case var high when char.IsHighSurrogate(high) && _at < _source.Length && char.IsLowSurrogate(_source[_at]):
                    beyond.Add($"{high}{_source[_at++]}");
                    if (_at + 1 < _source.Length && _source[_at] == '-' && _source[_at + 1] != ']')
                    {
                        return null; // a range beyond the first plane
                    }

                    break;
                default:
                    set.Append(c);
                    break;
            }
        }

        return null;
    }

    private static string Join(string set, List<string> beyond, bool isNegated)
    {
        if (isNegated)
        {
            return $"(?:{(beyond.Count == 0 ? "" : $"(?!{string.Join('|', beyond)})")}{Pair}|[^{set}{Halves}])";
        }

        var bracket = set.Length == 0 ? "(?!)" : $"[{set}]";
        return beyond.Count == 0 ? bracket : $"(?:{string.Join('|', beyond)}|{bracket})";
    }
}
