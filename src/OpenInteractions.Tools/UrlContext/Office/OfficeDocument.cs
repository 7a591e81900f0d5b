namespace OpenInteractions.Tools.UrlContext.Office;
internal static class OfficeDocument { public static (string? Title, string Text) Read(ReadOnlyMemory<byte> b, CancellationToken c) => throw new UnreadablePageException("x"); }
