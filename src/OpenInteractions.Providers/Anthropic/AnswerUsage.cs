using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>Token counts of one message: the start tells the input, the end tells the output and may correct the rest. The counts are cumulative, so the last one holds.</summary>
internal sealed class AnswerUsage
{
    private long? _input;
    private long? _cacheRead;
    private long? _cacheWritten;
    private long? _output;
    private long? _thought;
    private long _searches;

    public void Read(JsonElement? usage)
    {
        if (usage is not { } counts)
        {
            return;
        }

        _input = TokenCount.Of(counts, "input_tokens") ?? _input;
        _cacheRead = TokenCount.Of(counts, "cache_read_input_tokens") ?? _cacheRead;
        _cacheWritten = TokenCount.Of(counts, "cache_creation_input_tokens") ?? _cacheWritten;
        _output = TokenCount.Of(counts, "output_tokens") ?? _output;
        _thought = TokenCount.Of(counts, "output_tokens_details", "thinking_tokens") ?? _thought;
        _searches = TokenCount.Of(counts, "server_tool_use", "web_search_requests") ?? _searches;
    }

    /// <summary>Input is the sum of three (the service's own number leaves the cache out); output is without thought (protocols 6.4).</summary>
    public Usage? ToUsage()
    {
        if (_input is null && _output is null)
        {
            return null;
        }

        var input = (_input ?? 0) + (_cacheRead ?? 0) + (_cacheWritten ?? 0);
        var output = _output ?? 0;
        return new Usage
        {
            TotalInputTokens = input,
            TotalCachedTokens = _cacheRead ?? 0,
            TotalOutputTokens = Math.Max(0, output - (_thought ?? 0)),
            TotalThoughtTokens = _thought ?? 0,
            TotalTokens = input + output,
            GroundingToolCount = _searches > 0 ? [new GroundingToolCount { Type = "google_search", Count = _searches }] : null,
        };
    }
}
