namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>The fonts of a file, each read once.</summary>
internal sealed class PdfFonts(PdfFile file)
{
    private readonly Dictionary<Dictionary<string, object?>, PdfFont> _read = new(ReferenceEqualityComparer.Instance);

    public PdfFont? Find(Dictionary<string, object?>? resources, string name)
    {
        if (file.Dictionary(file.Dictionary(file.Get(resources, "Font"))?.GetValueOrDefault(name)) is not { } font)
        {
            return null;
        }

        return _read.TryGetValue(font, out var known) ? known : _read[font] = Read(font);
    }

    private PdfFont Read(Dictionary<string, object?> font)
    {
        file.Work.Keep(PdfFont.LeastSize);
        return new PdfFont(file, font);
    }
}
