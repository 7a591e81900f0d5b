namespace OpenInteractions.Engine.Citations;

/// <summary>A source that a tool gave to the model.</summary>
/// <param name="Mark">How the model refers to it: <see cref="CitationMark.Of"/>.</param>
/// <param name="Citation">What stands on the text that rests on it, without a range.</param>
public sealed record CitedSource(string Mark, Annotation Citation);
