using System.Globalization;

namespace OpenInteractions.Api.Http;

/// <summary>Reads query parameters; those that are not known are ignored (wire 1.6).</summary>
internal static class QueryReader
{
    public static bool ReadFlag(this IQueryCollection query, string name)
    {
        var text = query.ReadText(name) ?? "";
        return text.ToLowerInvariant() switch
        {
            "" => false,
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw Wrong(name, text, "'true' or 'false'"),
        };
    }

    public static string? ReadText(this IQueryCollection query, string name)
    {
        var values = query[name];
        return values.Count > 1
            ? throw new ApiException(ErrorCode.InvalidRequest, $"The query parameter '{name}' is given {values.Count} times: give it once.", name)
            : values.ToString() is { Length: > 0 } text ? text : null;
    }

    public static int ReadPageSize(this IQueryCollection query, string name, int standard, int most)
    {
        if (query.ReadText(name) is not { } text)
        {
            return standard;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= 1 && size <= most
            ? size
            : throw Wrong(name, text, $"a number from 1 to {most}");
    }

    public static DateTimeOffset? ReadTime(this IQueryCollection query, string name)
    {
        if (query.ReadText(name) is not { } text)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Wrong(name, text, "a time such as 2026-11-21T10:00:00Z");
    }

    public static ApiException Wrong(string name, string text, string expected) =>
        new(ErrorCode.InvalidRequest, $"Invalid value '{Excerpt.Of(text, 60)}' for query parameter '{name}': expected {expected}.", name);
}
