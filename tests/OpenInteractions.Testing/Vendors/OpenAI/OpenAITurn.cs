using System.Collections.Immutable;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>What the fake model does in one turn; rendered as Responses or Chat, streamed or whole.</summary>
public sealed record OpenAITurn
{
    public static readonly OpenAITurn New = new();

    internal ImmutableArray<OpenAIOutput> Output { get; private init; } = [];

    /// <summary><c>max_output_tokens</c> or <c>content_filter</c>.</summary>
    internal string? IncompleteReason { get; private init; }

    internal (string Code, string Message)? Failure { get; private init; }

    internal OpenAIUsage Usage { get; private init; } = new(75, 0, 20, 0);

    public OpenAITurn Says(string text) => Add(new OpenAIOutput.Text(text));

    /// <summary>Text with citations of web pages, by character offsets as the vendor counts.</summary>
    public OpenAITurn Says(string text, params (int Start, int End, string Url, string Title)[] citations) => Add(new OpenAIOutput.Text(text) { Citations = [.. citations] });

    /// <summary>A reasoning item with its encrypted content and one summary part per text.</summary>
    public OpenAITurn Thinks(params string[] summaries) => Add(new OpenAIOutput.Reasoning([.. summaries]));

    public OpenAITurn Calls(string name, string arguments, string? callId = null) => Add(new OpenAIOutput.Call(name, arguments, callId));

    /// <summary>An item of a tool that the service runs itself, whole and without its id.</summary>
    public OpenAITurn Runs(string item) => Add(new OpenAIOutput.Ran(item));

    public OpenAITurn Refuses(string text) => Add(new OpenAIOutput.Refusal(text));

    public OpenAITurn Incomplete(string reason = "max_output_tokens") => this with { IncompleteReason = reason };

    /// <summary>The items so far are sent, then the service fails.</summary>
    public OpenAITurn Fails(string code, string message) => this with { Failure = (code, message) };

    public OpenAITurn Uses(int input, int cached, int output, int reasoning) => this with { Usage = new(input, cached, output, reasoning) };

    private OpenAITurn Add(OpenAIOutput output) => this with { Output = Output.Add(output) };
}

internal sealed record OpenAIUsage(int Input, int Cached, int Output, int Reasoning);

internal abstract record OpenAIOutput
{
    public sealed record Text(string Value) : OpenAIOutput
    {
        public ImmutableArray<(int Start, int End, string Url, string Title)> Citations { get; init; } = [];
    }

    public sealed record Reasoning(ImmutableArray<string> Summaries) : OpenAIOutput;

    public sealed record Call(string Name, string Arguments, string? CallId) : OpenAIOutput;

    public sealed record Ran(string Item) : OpenAIOutput;

    public sealed record Refusal(string Value) : OpenAIOutput;
}
