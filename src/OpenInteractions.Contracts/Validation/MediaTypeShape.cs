using System.Buffers;

namespace OpenInteractions.Contracts.Validation;

/// <summary>The syntax of a media type (RFC 9110, 8.3.1): what is none could break out of the header or the address that a provider makes of it.</summary>
internal sealed class MediaTypeShape : Shape
{
    /// <summary>Type and subtype may have 127 characters each (RFC 6838, 4.2).</summary>
    private const int MaxLength = 255;

    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public override string Expected => "a media type";

    public override void Check(JsonElement value, JsonPath path)
    {
        RequireKind(value, path, JsonValueKind.String);
        var text = JsonText.Read(value, path);
        if (text.Length > MaxLength)
        {
            throw Invalid(path, $"Invalid value for '{path}': a media type has at most {MaxLength} characters.");
        }

        // Where a type is needed, an empty one is told together with an absent one.
        if (text.Length > 0 && !IsMediaType(text))
        {
            throw Invalid(path, $"Invalid value for '{path}': expected a media type, such as 'image/png' or 'audio/l16;rate=24000'.");
        }
    }

    private static bool IsMediaType(ReadOnlySpan<char> text)
    {
        if (!TrySkipToken(ref text) || !TrySkip(ref text, '/') || !TrySkipToken(ref text))
        {
            return false;
        }

        while (text.Length > 0)
        {
            text = text.TrimStart(" \t");
            if (!TrySkip(ref text, ';'))
            {
                return false;
            }

            text = text.TrimStart(" \t");
            if (TrySkipToken(ref text) && !(TrySkip(ref text, '=') && (TrySkipToken(ref text) || TrySkipQuoted(ref text))))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<char> text, char expected)
    {
        var found = text.Length > 0 && text[0] == expected;
        text = found ? text[1..] : text;
        return found;
    }

    private static bool TrySkipToken(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExcept(Token) is var end and >= 0 ? end : text.Length;
        text = text[length..];
        return length > 0;
    }

    /// <summary>A text in quotes; a backslash takes the next character as it is. Nothing but visible ASCII, spaces and tabs.</summary>
    private static bool TrySkipQuoted(ref ReadOnlySpan<char> text)
    {
        if (!TrySkip(ref text, '"'))
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                text = text[(i + 1)..];
                return true;
            }

            i += text[i] == '\\' ? 1 : 0;
            if (i == text.Length || (text[i] is < ' ' or > '~' && text[i] != '\t'))
            {
                return false;
            }
        }

        return false;
    }
}
