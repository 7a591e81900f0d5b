using System.Text.RegularExpressions;

namespace OpenInteractions.Tools.Hooks;

/// <summary>
/// What an environment's <c>hooks.json</c> says (behaviour HK-1): named groups, in each of them events with matchers, and behind each matcher handlers in their order. What cannot be understood is
/// left out, and said to be broken where that counts.
/// </summary>
internal sealed class HookFile
{
    public const string Before = "pre_tool_execution";
    public const string After = "post_tool_execution";

    private const int MostHandlers = 100;
    private static readonly TimeSpan StandardTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly List<Entry> _entries = [];

    /// <summary>No hooks.</summary>
    public static HookFile None { get; } = new();

    /// <summary>True when a part of the file could not be understood.</summary>
    public bool IsBroken { get; private set; }

    public static HookFile Read(byte[] json)
    {
        var file = new HookFile();
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            foreach (var group in Members(document.RootElement))
            {
                if (!(group.Value.ValueKind == JsonValueKind.Object && group.Value.TryGetProperty("enabled"u8, out var enabled) && enabled.ValueKind == JsonValueKind.False))
                {
                    file.ReadEvent(group.Value, Before);
                    file.ReadEvent(group.Value, After);
                }
            }
        }
        catch (JsonException)
        {
            file.IsBroken = true;
        }

        return file;
    }

    /// <summary>The handlers of an event for a tool, in their order.</summary>
    public IEnumerable<HookHandler> Of(string @event, string tool) => _entries.Where(e => e.Event == @event && e.Matcher?.IsMatch(tool) != false).Select(e => e.Handler);

    private void ReadEvent(JsonElement group, string name)
    {
        if (group.ValueKind != JsonValueKind.Object || !group.TryGetProperty(name, out var hooks))
        {
            return;
        }

        foreach (var hook in hooks.ValueKind == JsonValueKind.Array ? hooks.EnumerateArray().ToArray() : [hooks])
        {
            // Handlers stand behind a matcher in a list of their own, or the entry is a handler itself.
            if (hook.ValueKind != JsonValueKind.Object || !TryMatcher(hook, out var matcher))
            {
                IsBroken = true;
                continue;
            }

            var handlers = hook.TryGetProperty("handlers"u8, out var list) || hook.TryGetProperty("hooks"u8, out list) ? list : hook;
            foreach (var handler in handlers.ValueKind == JsonValueKind.Array ? handlers.EnumerateArray().ToArray() : [handlers])
            {
                if (Handler(handler) is { } read && _entries.Count < MostHandlers)
                {
                    _entries.Add(new Entry(name, matcher, read));
                }
                else
                {
                    IsBroken = true;
                }
            }
        }
    }

    private static bool TryMatcher(JsonElement hook, out Regex? matcher)
    {
        matcher = null;
        if (Text(hook, "matcher") is not ({ Length: > 0 } and not "*") || Text(hook, "matcher") is not { } pattern)
        {
            return true;
        }

        try
        {
            matcher = new Regex(pattern, RegexOptions.NonBacktracking, MatchTimeout);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static HookHandler? Handler(JsonElement handler)
    {
        if (handler.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var timeout = handler.TryGetProperty("timeout"u8, out var given) || handler.TryGetProperty("timeout_seconds"u8, out given) ? given : default;
        var seconds = timeout.ValueKind == JsonValueKind.Number && timeout.TryGetDouble(out var number) && number > 0 ? TimeSpan.FromSeconds(Math.Min(number, LongestTimeout.TotalSeconds)) : StandardTimeout;
        return (Text(handler, "type") ?? (handler.TryGetProperty("url"u8, out _) ? "http" : "command")) switch
        {
            "command" when Text(handler, "command") is { Length: > 0 } command => new HookHandler(command, Url: null, [], seconds),
            "http" when Uri.TryCreate(Text(handler, "url"), UriKind.Absolute, out var url) => new HookHandler(Command: null, url, Headers(handler), seconds),
            _ => null,
        };
    }

    private static IReadOnlyList<(string Name, string Value)> Headers(JsonElement handler) => handler.TryGetProperty("headers"u8, out var headers)
        ? [.. Members(headers).Where(h => h.Value.ValueKind == JsonValueKind.String).Select(h => (h.Name, h.Value.GetString()!))]
        : [];

    private static JsonProperty[] Members(JsonElement element) => element.ValueKind == JsonValueKind.Object ? [.. element.EnumerateObject()] : [];

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Entry(string Event, Regex? Matcher, HookHandler Handler);
}

/// <summary>One handler: a command of the shell, or an address that is sent a POST.</summary>
internal sealed record HookHandler(string? Command, Uri? Url, IReadOnlyList<(string Name, string Value)> Headers, TimeSpan Timeout);
