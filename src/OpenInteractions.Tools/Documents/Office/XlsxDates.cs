using System.Globalization;
using System.Xml.Linq;

namespace OpenInteractions.Tools.Documents.Office;

/// <summary>Which numbers of a workbook are dates: only the format of a cell says it.</summary>
internal sealed class XlsxDates
{
    private static readonly XNamespace S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private readonly HashSet<int> _styles;
    private readonly bool _from1904;

    private XlsxDates(HashSet<int> styles, bool from1904) => (_styles, _from1904) = (styles, from1904);

    public static XlsxDates Of(XElement? styles, XElement workbook)
    {
        var own = new HashSet<int>();
        foreach (var format in styles?.Element(S + "numFmts")?.Elements(S + "numFmt") ?? [])
        {
            if ((int?)Number(format.Attribute("numFmtId")) is { } id && IsDate((string?)format.Attribute("formatCode") ?? ""))
            {
                own.Add(id);
            }
        }

        var dates = new HashSet<int>();
        foreach (var (index, format) in (styles?.Element(S + "cellXfs")?.Elements(S + "xf") ?? []).Index())
        {
            // The formats that every workbook has without saying so.
            if (Number(format.Attribute("numFmtId")) is { } id && (id is (>= 14 and <= 22) or (>= 45 and <= 47) || own.Contains(id)))
            {
                dates.Add(index);
            }
        }

        return new XlsxDates(dates, (string?)workbook.Element(S + "workbookPr")?.Attribute("date1904") is "1" or "true");
    }

    /// <summary>A number as it is, or as the date that it stands for.</summary>
    public string Shown(string value, string? style)
    {
        const double LatestDay = 2958465; // the end of the year 9999
        if (!int.TryParse(style, CultureInfo.InvariantCulture, out var index) || !_styles.Contains(index)
            || !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var days) || days < 0 || days > LatestDay)
        {
            return value;
        }

        // Excel counts a 29 February 1900 that never was; what lies before it is a day off, there as here.
        var date = (_from1904 ? new DateTime(1904, 1, 1) : new DateTime(1899, 12, 30)).AddSeconds(Math.Round(days * 86400));
        return days < 1 ? date.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : date.TimeOfDay == TimeSpan.Zero ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : date.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static int? Number(XAttribute? attribute) => int.TryParse(attribute?.Value, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>True when a format has letters of dates outside of quotes and brackets.</summary>
    private static bool IsDate(string format)
    {
        var (isQuoted, isBracketed) = (false, false);
        for (var i = 0; i < format.Length; i++)
        {
            switch (format[i])
            {
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case '[':
                    isBracketed = true;
                    break;
                case ']':
                    isBracketed = false;
                    break;
                case '\\' or '_' or '*':
                    i++;
                    break;
                case 'd' or 'D' or 'm' or 'M' or 'y' or 'Y' or 'h' or 'H' or 's' or 'S' when !isQuoted && !isBracketed:
                    return true;
            }
        }

        return false;
    }
}
