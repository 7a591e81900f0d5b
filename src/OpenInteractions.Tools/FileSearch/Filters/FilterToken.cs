namespace OpenInteractions.Tools.FileSearch.Filters;

internal enum FilterTokenKind
{
    End,
    Open,
    Close,
    And,
    Or,
    Not,
    Comparator,
    Text,
    Quoted,
}

/// <summary>A word of a filter.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">What it says: of a text in quotes, what is between them.</param>
/// <param name="At">Where it begins, from 1.</param>
/// <param name="HasSpace">True when white space stands before it.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, string Text, int At, bool HasSpace);
