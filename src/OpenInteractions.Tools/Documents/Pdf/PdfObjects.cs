namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>A name such as <c>/Type</c>, without its slash.</summary>
internal sealed record PdfName(string Value);

/// <summary>A reference to another object.</summary>
internal sealed record PdfReference(int Number);

/// <summary>A word that is no object: an operator of a page, or a mark between objects.</summary>
internal sealed record PdfWord(string Value);

/// <summary>A dictionary with bytes behind it, still packed.</summary>
/// <param name="Dictionary">What is said of the bytes.</param>
/// <param name="Start">Where in the file they begin.</param>
internal sealed record PdfStream(Dictionary<string, object?> Dictionary, int Start);

/// <summary>The file is not what it claims to be.</summary>
internal sealed class PdfBrokenException() : Exception("The PDF is broken.");
