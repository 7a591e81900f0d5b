namespace OpenInteractions.Tools.Documents.Office;

/// <summary>Documents of Word, Excel and PowerPoint as Markdown. What a document is follows from its parts; names and types of files are often wrong.</summary>
internal static class OfficeDocument
{
    /// <exception cref="UnreadableDocumentException">It is none of these, or broken.</exception>
    public static (string? Title, string Text) Read(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var package = OfficePackage.Open(bytes, cancellationToken);
        var text =
            package.Has(DocxText.Part) ? DocxText.Read(package, cancellationToken)
            : package.Has(XlsxText.Part) ? XlsxText.Read(package, cancellationToken)
            : package.Has(PptxText.Part) ? PptxText.Read(package, cancellationToken)
            : throw new UnreadableDocumentException("It is an archive, and no document that can be read here.");
        return (package.Title(), text);
    }
}
