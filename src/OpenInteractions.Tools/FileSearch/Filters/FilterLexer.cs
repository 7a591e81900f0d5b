using System.Text;

namespace OpenInteractions.Tools.FileSearch.Filters;

/// <summary>Cuts a filter into words.</summary>
internal static class FilterLexer
{
    private const string Ends = "()\"'<>=!:,";

    /// <exception cref="FilterFaultException">A text is not closed, or a character has no place in a filter.</exception>
    public static IReadOnlyList<FilterToken> Read(string filter)
    {
        var tokens = new List<FilterToken>();
        for (var i = 0; ;)
        {
            var begin = i;
            while (i < filter.Length && char.IsWhiteSpace(filter[i]))
            {
                i++;
            }

            var (at, hasSpace) = (i + 1, i > begin);
            if (i == filter.Length)
            {
                tokens.Add(new FilterToken(FilterTokenKind.End, "", at, hasSpace));
                return tokens;
            }

            var (kind, text) = Next(filter, ref i);
            tokens.Add(new FilterToken(kind, text, at, hasSpace));
        }
    }

    private static (FilterTokenKind Kind, string Text) Next(string filter, ref int i)
    {
        switch (filter[i])
        {
            case '(':
                i++;
                return (FilterTokenKind.Open, "(");
            case ')':
                i++;
                return (FilterTokenKind.Close, ")");
            case '"' or '\'':
                return (FilterTokenKind.Quoted, Quoted(filter, ref i));
            case '=' or ':':
                return (FilterTokenKind.Comparator, filter[i++].ToString());
            case '<' or '>' or '!':
                var length = i + 1 < filter.Length && filter[i + 1] == '=' ? 2 : 1;
                var comparator = filter.Substring(i, length);
                if (comparator == "!")
                {
                    throw new FilterFaultException(i + 1, "'!' means nothing by itself: write '!=' or NOT");
                }

                i += length;
                return (FilterTokenKind.Comparator, comparator);
            case ',':
                throw new FilterFaultException(i + 1, "functions and lists are not known here");
            case '-' when i + 1 < filter.Length && (filter[i + 1] == '(' || char.IsLetter(filter[i + 1]) || filter[i + 1] is '"' or '\''):
                i++;
                return (FilterTokenKind.Not, "-");
        }

        var begin = i;
        while (i < filter.Length && !char.IsWhiteSpace(filter[i]) && !Ends.Contains(filter[i], StringComparison.Ordinal))
        {
            i++;
        }

        var text = filter[begin..i];
        return (text switch { "AND" => FilterTokenKind.And, "OR" => FilterTokenKind.Or, "NOT" => FilterTokenKind.Not, _ => FilterTokenKind.Text }, text);
    }

    private static string Quoted(string filter, ref int i)
    {
        var (open, quote) = (i, filter[i]);
        var text = new StringBuilder();
        for (i++; i < filter.Length; i++)
        {
            if (filter[i] == quote)
            {
                i++;
                return text.ToString();
            }

            if (filter[i] == '\\' && i + 1 < filter.Length)
            {
                i++;
            }

            text.Append(filter[i]);
        }

        throw new FilterFaultException(open + 1, "the text that begins here is not closed");
    }
}
