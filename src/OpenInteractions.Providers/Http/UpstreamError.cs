using System.Globalization;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// An error object of an upstream. All vendors put it into a member <c>error</c> and differ only in which members it has:
/// OpenAI <c>message, type, param, code</c>, Anthropic <c>type, message</c>, Google <c>code, message, status, details</c>. Servers made with FastAPI have
/// their refusals of a body in <c>detail</c> instead: a text, or a list of <c>type, loc, msg</c>.
/// </summary>
internal sealed record UpstreamError(string Message, string? Type, string? Code, string? Param, TimeSpan? RetryDelay)
{
    /// <summary>Google tells of a wrong key with status 400 and a <c>google.rpc.ErrorInfo</c>; it is still the operator's account that is refused.</summary>
    public bool IsAboutAccount { get; private init; }

    /// <summary>The quota of a day is spent: waiting a little does not help (behaviour ER-8).</summary>
    public bool IsDailyQuota { get; private init; }

    /// <summary>Reads a body of any shape; a body that is no such object gives its text, shortened, as the message.</summary>
    public static UpstreamError Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (From(document.RootElement) is { } error)
            {
                return error;
            }
        }
        catch (JsonException)
        {
            // A proxy's HTML page or plain text: nothing in it is meant for our callers.
        }

        return new UpstreamError("", null, null, null, null);
    }

    /// <summary>The error in a body or in a frame of a stream, or null when there is none.</summary>
    public static UpstreamError? From(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            root = root[0]; // Google wraps the errors of streaming calls into an array
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var error = root.TryGetProperty("error", out var inner) ? inner : root;
        if (error.ValueKind == JsonValueKind.Object && !error.TryGetProperty("message", out _) && error.TryGetProperty("detail", out var detail))
        {
            return FromDetail(detail);
        }

        return error.ValueKind switch
        {
            JsonValueKind.String => new UpstreamError(error.GetString()!, null, null, null, null),
            JsonValueKind.Object => new UpstreamError(
                Text(error, "message") ?? "", Text(error, "type") ?? Text(error, "status"), Text(error, "code"), Text(error, "param"), ReadRetryDelay(error))
            {
                IsAboutAccount = Details(error).Any(d => Text(d, "reason") is "API_KEY_INVALID" or "API_KEY_EXPIRED" or "ACCESS_TOKEN_EXPIRED"),
                IsDailyQuota = Text(error, "code") is "insufficient_quota" or "quota_exceeded" || Text(error, "type") is "insufficient_quota" || Details(error).Any(NamesDailyQuota),
            },
            _ => null,
        };
    }

    private static UpstreamError? FromDetail(JsonElement detail)
    {
        if (detail.ValueKind == JsonValueKind.String)
        {
            return new UpstreamError(detail.GetString()!, null, null, null, null);
        }

        if (detail.ValueKind != JsonValueKind.Array || detail.EnumerateArray().Any(d => d.ValueKind != JsonValueKind.Object) || detail.GetArrayLength() == 0)
        {
            return null;
        }

        // Never their "input", which repeats what the caller sent.
        var said = detail.EnumerateArray().Select(d => Location(d) is { Length: > 0 } at ? $"{at}: {Text(d, "msg")}" : Text(d, "msg"));
        return new UpstreamError(string.Join("; ", said), null, Text(detail[0], "type"), Location(detail[0]), null);
    }

    /// <summary><c>["body","messages",0,"role"]</c> is <c>messages.0.role</c>.</summary>
    private static string? Location(JsonElement detail) =>
        detail.TryGetProperty("loc", out var place) && place.ValueKind == JsonValueKind.Array
            ? string.Join('.', place.EnumerateArray().Select(p => p.ValueKind == JsonValueKind.String ? p.GetString()! : p.GetRawText()).SkipWhile((p, i) => i == 0 && p == "body"))
            : null;

    private static string? Text(JsonElement o, string name) => !o.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    /// <summary><c>google.rpc.RetryInfo</c> in <c>details</c>, such as <c>"12.5s"</c>.</summary>
    private static TimeSpan? ReadRetryDelay(JsonElement error)
    {
        foreach (var detail in Details(error))
        {
            if (Text(detail, "retryDelay") is { } delay && delay.EndsWith('s')
                && double.TryParse(delay.AsSpan(0, delay.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86_400)
            {
                return TimeSpan.FromSeconds(seconds);
            }
        }

        return null;
    }

    /// <summary><c>google.rpc.QuotaFailure</c> with an id such as <c>GenerateRequestsPerDayPerProjectPerModel</c>.</summary>
    private static bool NamesDailyQuota(JsonElement detail) =>
        detail.TryGetProperty("violations", out var violations) && violations.ValueKind == JsonValueKind.Array
        && violations.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.Object && Text(v, "quotaId")?.Contains("PerDay", StringComparison.Ordinal) == true);

    private static IEnumerable<JsonElement> Details(JsonElement error) =>
        error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Array
            ? details.EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object)
            : [];
}
