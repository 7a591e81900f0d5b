using System.Collections.Frozen;
using System.Globalization;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>
/// Letters without their diacritics. The runtime of this server has no tables of Unicode that would take them apart: these are the composed letters of Latin,
/// Greek and Cyrillic, as Unicode 15 has them. Marks that stand by themselves are left out in every script.
/// </summary>
internal static class PlainLetters
{
    // A letter, and after it what it becomes with marks.
    private static readonly string[] Composed =
    [
        "aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ",
        "bḃḅḇ",
        "cçćĉċčḉ",
        "dďḋḍḏḑḓ",
        "eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ",
        "fḟ",
        "gĝğġģǧǵḡ",
        "hĥȟḣḥḧḩḫẖ",
        "iìíîïĩīĭįǐȉȋḭḯỉị",
        "jĵǰ",
        "kķǩḱḳḵ",
        "lĺļľḷḹḻḽ",
        "mḿṁṃ",
        "nñńņňǹṅṇṉṋ",
        "oòóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ",
        "pṕṗ",
        "rŕŗřȑȓṙṛṝṟ",
        "sśŝşšșṡṣṥṧṩ",
        "tţťțṫṭṯṱẗ",
        "uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
        "vṽṿ",
        "wŵẁẃẅẇẉẘ",
        "xẋẍ",
        "yýÿŷȳẏẙỳỵỷỹ",
        "zźżžẑẓẕ",
        "æǣǽ",
        "øǿ",
        "ſẛ",
        "ʒǯ",
        "αάἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ",
        "εέἐἑἒἓἔἕὲέ",
        "ηήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ",
        "ιίΐϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ",
        "οόὀὁὂὃὄὅὸό",
        "ρῤῥ",
        "υύϋΰὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ",
        "ωώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ",
        "гѓ",
        "еѐё",
        "иѝй",
        "кќ",
        "уў",
        "ії",
        "ѵѷ",
    ];

    private static readonly FrozenDictionary<char, char> Plain =
        Composed.SelectMany(letters => letters[1..].Select(composed => (composed, letters[0]))).ToFrozenDictionary(pair => pair.composed, pair => pair.Item2);

    /// <summary>A letter in lower case without marks; U+0000 for a mark.</summary>
    public static char Of(char c)
    {
        if (char.IsAscii(c))
        {
            return char.ToLowerInvariant(c);
        }

        const char FirstWide = '\uff01';
        if (c is >= FirstWide and <= '\uff5e')
        {
            return char.ToLowerInvariant((char)(c - FirstWide + '!'));
        }

        var lower = char.ToLowerInvariant(c);
        return Plain.TryGetValue(lower, out var plain) ? plain
            : CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark ? '\0'
            : lower;
    }
}
