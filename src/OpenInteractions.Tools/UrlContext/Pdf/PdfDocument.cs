namespace OpenInteractions.Tools.UrlContext.Pdf;
internal static class PdfDocument { public static (string? Title, string Text) Read(ReadOnlyMemory<byte> b, CancellationToken c) => throw new UnreadablePageException("x"); }
