using System.Globalization;
using System.Text;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>Characters by the names that fonts give them, as far as western texts need them.</summary>
internal static class GlyphNames
{
    // From '!' on, what has no letter or digit as its name.
    private const string Ascii =
        "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk plus comma hyphen period slash zero one two three four five six seven eight nine colon semicolon less equal greater question at";

    private const string Latin1 =
        "exclamdown cent sterling currency yen brokenbar section dieresis copyright ordfeminine guillemotleft logicalnot softhyphen registered macron degree plusminus twosuperior threesuperior acute mu paragraph periodcentered cedilla onesuperior ordmasculine guillemotright onequarter onehalf threequarters questiondown "
        + "Agrave Aacute Acircumflex Atilde Adieresis Aring AE Ccedilla Egrave Eacute Ecircumflex Edieresis Igrave Iacute Icircumflex Idieresis Eth Ntilde Ograve Oacute Ocircumflex Otilde Odieresis multiply Oslash Ugrave Uacute Ucircumflex Udieresis Yacute Thorn germandbls "
        + "agrave aacute acircumflex atilde adieresis aring ae ccedilla egrave eacute ecircumflex edieresis igrave iacute icircumflex idieresis eth ntilde ograve oacute ocircumflex otilde odieresis divide oslash ugrave uacute ucircumflex udieresis yacute thorn ydieresis";

    private const string Others =
        "quoteleft ‘ quoteright ’ quotesinglbase ‚ quotedblleft “ quotedblright ” quotedblbase „ bullet • endash – emdash — ellipsis … dagger † daggerdbl ‡ florin ƒ perthousand ‰ guilsinglleft ‹ guilsinglright › trademark ™ Euro € "
        + "OE Œ oe œ Scaron Š scaron š Zcaron Ž zcaron ž Ydieresis Ÿ circumflex ˆ tilde ˜ fraction ⁄ minus − dotlessi ı Lslash Ł lslash ł ff ff fi fi fl fl ffi ffi ffl ffl "
        + "bracketleft [ backslash \\ bracketright ] asciicircum ^ underscore _ grave ` braceleft { bar | braceright } asciitilde ~ nbspace \u00A0 middot · "
        + "Cacute Ć cacute ć Ccaron Č ccaron č Dcaron Ď dcaron ď Dcroat Đ dcroat đ Ecaron Ě ecaron ě Eogonek Ę eogonek ę Aogonek Ą aogonek ą Nacute Ń nacute ń Ncaron Ň ncaron ň Rcaron Ř rcaron ř Sacute Ś sacute ś Tcaron Ť tcaron ť Uring Ů uring ů Zacute Ź zacute ź Zdotaccent Ż zdotaccent ż "
        + "Gbreve Ğ gbreve ğ Scedilla Ş scedilla ş Idotaccent İ Ohungarumlaut Ő ohungarumlaut ő Uhungarumlaut Ű uhungarumlaut ű Abreve Ă abreve ă "
        + "alpha α beta β gamma γ delta δ epsilon ε theta θ lambda λ pi π rho ρ sigma σ tau τ phi φ omega ω Delta Δ Omega Ω summation ∑ product ∏ infinity ∞ lessequal ≤ greaterequal ≥ notequal ≠ approxequal ≈ arrowright → arrowleft ← element ∈ partialdiff ∂ radical √ integral ∫";

    private static readonly Dictionary<string, string> Known = Make();

    /// <summary>The characters, or null.</summary>
    public static string? Find(string name)
    {
        if (Known.TryGetValue(name, out var known))
        {
            return known;
        }

        if (name.Length == 1)
        {
            return name;
        }

        // "a.alt" is an 'a' that looks different; "f_i" is both.
        if (name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot)
        {
            return Find(name[..dot]);
        }

        if (name.Contains('_'))
        {
            var parts = name.Split('_').Select(p => p.Length > 0 ? Find(p) : null).ToList();
            return parts.Any(p => p is null) ? null : string.Concat(parts);
        }

        var digits = name.StartsWith("uni", StringComparison.Ordinal) ? name.AsSpan(3) : name[0] == 'u' ? name.AsSpan(1) : [];
        return digits.Length is >= 4 and <= 6 && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) && Rune.IsValid(point) ? new Rune(point).ToString() : null;
    }

    private static Dictionary<string, string> Make()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (index, name) in Ascii.Split(' ').Index())
        {
            names[name] = ((char)(' ' + index)).ToString();
        }

        foreach (var (index, name) in Latin1.Split(' ').Index())
        {
            names[name] = ((char)(0xA1 + index)).ToString();
        }

        var others = Others.Split(' ');
        for (var i = 0; i + 1 < others.Length; i += 2)
        {
            names[others[i]] = others[i + 1];
        }

        names["softhyphen"] = "-";
        return names;
    }
}
