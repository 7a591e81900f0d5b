namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// PostgreSQL's text holds every character but U+0000, which callers may send. It is written as U+0001 and a zero, and U+0001 as itself and a one:
/// readable, without loss, and in the same order as before.
/// </summary>
internal static class PostgresText
{
    public static string? Encode(string? text) => text is null || text.AsSpan().IndexOfAny('\0', '\u0001') < 0
        ? text
        : text.Replace("\u0001", "\u00011", StringComparison.Ordinal).Replace("\0", "\u00010", StringComparison.Ordinal);

    public static string Decode(string text) => text.AsSpan().IndexOf('\u0001') < 0
        ? text
        : text.Replace("\u00010", "\0", StringComparison.Ordinal).Replace("\u00011", "\u0001", StringComparison.Ordinal);
}
