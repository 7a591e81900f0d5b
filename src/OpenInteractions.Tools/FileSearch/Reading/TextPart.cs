namespace OpenInteractions.Tools.FileSearch.Reading;

/// <summary>How good a place is for a cut; larger is better.</summary>
internal enum CutQuality
{
    /// <summary>Between a heading and what stands below it.</summary>
    BelowHeading,

    /// <summary>Inside a sentence.</summary>
    Word,

    Sentence,

    /// <summary>Before an item of a list, or a line of what has lines.</summary>
    Line,

    Paragraph,

    Heading,
}

/// <summary>The smallest part of a text that pieces are made of: a sentence, a line, or some words of one that is long.</summary>
/// <param name="Text">The part, with the white space behind it.</param>
/// <param name="Tokens">How many tokens it has.</param>
/// <param name="Before">How good it is to cut before it.</param>
/// <param name="Context">What a piece that begins with it would lose: its headings, or the names of its columns. Null when there is nothing.</param>
/// <param name="Page">Its page, or null.</param>
internal readonly record struct TextPart(string Text, int Tokens, CutQuality Before, string? Context, int? Page);

/// <summary>What the lines of a text are.</summary>
internal enum TextForm
{
    /// <summary>Prose, whose headings are underlined.</summary>
    Plain,

    Markdown,

    /// <summary>Lines that mean something by themselves, such as code.</summary>
    Lines,

    /// <summary>Rows of a table, the first of which names the columns.</summary>
    Rows,
}

/// <summary>A page of a document, or all of one without pages.</summary>
/// <param name="Number">From 1, or null.</param>
/// <param name="Text">Its text, with <c>\n</c> between lines.</param>
internal readonly record struct DocumentPage(int? Number, string Text);
