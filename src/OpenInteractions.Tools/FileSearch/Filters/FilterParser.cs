namespace OpenInteractions.Tools.FileSearch.Filters;

/// <summary>
/// Reads <c>metadata_filter</c>, which is written as in AIP-160: comparisons, AND, OR, NOT and brackets. As there, OR binds closer than AND, and white space between
/// two comparisons is another AND. Functions, and words that are compared with nothing, are not taken: no key would be meant.
/// </summary>
internal sealed class FilterParser
{
    private const int LongestFilter = 4096;
    private const int MostComparisons = 100;
    private const int MaxDepth = 32;

    // Names that other products of the vendor put in front of a key.
    private static readonly string[] Prefixes = ["document.custom_metadata.", "chunk.custom_metadata.", "custom_metadata."];

    private readonly IReadOnlyList<FilterToken> _tokens;
    private int _next;
    private int _comparisons;
    private int _depth;

    private FilterParser(IReadOnlyList<FilterToken> tokens) => _tokens = tokens;

    private FilterToken Token => _tokens[_next];

    /// <exception cref="FilterFaultException">It means nothing.</exception>
    public static MetadataFilter Parse(string filter)
    {
        if (filter.Length > LongestFilter)
        {
            throw new FilterFaultException(LongestFilter + 1, $"a filter has at most {LongestFilter} characters");
        }

        var parser = new FilterParser(FilterLexer.Read(filter));
        var parsed = parser.Expression();
        return parser.Token.Kind == FilterTokenKind.End ? parsed
            : throw parser.Fault(parser.Token.Kind == FilterTokenKind.Close ? "this bracket closes nothing" : $"'{Shown(parser.Token)}' has no place here");
    }

    /// <summary>expression = factor { [AND] factor }.</summary>
    private MetadataFilter Expression()
    {
        if (++_depth > MaxDepth)
        {
            throw Fault($"brackets go at most {MaxDepth} deep");
        }

        var parts = new List<MetadataFilter> { Factor() };
        while (Token.Kind is not (FilterTokenKind.End or FilterTokenKind.Close))
        {
            if (Token.Kind == FilterTokenKind.And)
            {
                _next++;
            }
            else if (!Token.HasSpace && Token.Kind != FilterTokenKind.Open)
            {
                throw Fault($"'{Shown(Token)}' has no place here");
            }

            parts.Add(Factor());
        }

        _depth--;
        return parts.Count == 1 ? parts[0] : new MetadataFilter.All(parts);
    }

    /// <summary>factor = term { OR term }.</summary>
    private MetadataFilter Factor()
    {
        var parts = new List<MetadataFilter> { Term() };
        while (Token.Kind == FilterTokenKind.Or)
        {
            _next++;
            parts.Add(Term());
        }

        return parts.Count == 1 ? parts[0] : new MetadataFilter.Any(parts);
    }

    /// <summary>term = [NOT | -] ( "(" expression ")" | comparison ).</summary>
    private MetadataFilter Term()
    {
        if (Token.Kind == FilterTokenKind.Not)
        {
            _next++;
            return new MetadataFilter.None(Simple());
        }

        return Simple();
    }

    private MetadataFilter Simple()
    {
        if (Token.Kind != FilterTokenKind.Open)
        {
            return Comparison();
        }

        var open = Token.At;
        _next++;
        var inner = Expression();
        if (Token.Kind != FilterTokenKind.Close)
        {
            throw Token.Kind == FilterTokenKind.End ? new FilterFaultException(open, "the bracket that opens here is not closed") : Fault($"'{Shown(Token)}' has no place here");
        }

        _next++;
        return inner;
    }

    private MetadataFilter.Comparison Comparison()
    {
        var key = Token;
        if (key.Kind is not (FilterTokenKind.Text or FilterTokenKind.Quoted) || key.Text.Length == 0)
        {
            throw Fault(key.Kind == FilterTokenKind.End ? "a comparison such as year >= 2020 is missing" : $"'{Shown(key)}' stands where a comparison such as year >= 2020 should begin");
        }

        _next++;
        if (Token.Kind != FilterTokenKind.Comparator)
        {
            throw key.Kind == FilterTokenKind.Text && key.Text is "and" or "or" or "not" ? new FilterFaultException(key.At, $"'{key.Text}' must be written in capitals")
                : Token.Kind == FilterTokenKind.Open && !Token.HasSpace ? new FilterFaultException(key.At, "functions are not known here")
                : Fault($"after '{Shown(key)}' one of =, !=, <, <=, >, >= or : is missing");
        }

        var comparator = Token.Text;
        _next++;
        var value = Token;
        if (value.Kind is not (FilterTokenKind.Text or FilterTokenKind.Quoted))
        {
            throw Fault($"after '{comparator}' a value is missing");
        }

        _next++;
        if (++_comparisons > MostComparisons)
        {
            throw new FilterFaultException(key.At, $"a filter has at most {MostComparisons} comparisons");
        }

        var isEquality = comparator is "=" or "!=" or ":";
        return new MetadataFilter.Comparison(KeyOf(key.Text), comparator, value.Text)
        {
            IsPresence = comparator == ":" && value is { Kind: FilterTokenKind.Text, Text: "*" },
            IsPattern = isEquality && value.Text.Length > 0 && (value.Text[0] == '*' || value.Text[^1] == '*'),
        };
    }

    private static string KeyOf(string text) => Prefixes.FirstOrDefault(p => text.Length > p.Length && text.StartsWith(p, StringComparison.Ordinal)) is { } prefix ? text[prefix.Length..] : text;

    private FilterFaultException Fault(string message) => new(Token.At, message);

    private static string Shown(FilterToken token) => Excerpt.Of(token.Text, 40);
}
