using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Tools.Tests;

/// <summary>What a vendor's model does in one turn, in no vendor's terms.</summary>
internal sealed record VendorTurn
{
    public string? Text { get; private init; }

    /// <summary>Made at once; the arguments are JSON objects.</summary>
    public IReadOnlyList<(string Name, string Arguments)> Calls { get; private init; } = [];

    /// <summary>What it uses, where the vendor does not count by itself.</summary>
    public VendorCost Cost { get; init; } = new(75, 0, 20, 0);

    public static VendorTurn Saying(string text) => new() { Text = text };

    public static VendorTurn Calling(params (string Name, string Arguments)[] calls) => new() { Calls = calls };
}

/// <summary>Tokens of a turn, in our terms: output is without thought, and what was cached is part of the input.</summary>
internal sealed partial record VendorCost(int Input, int Cached, int Output, int Thought)
{
    public int Total => Input + Output + Thought;

    public static VendorCost Sum(IEnumerable<VendorCost> costs) =>
        costs.Aggregate(new VendorCost(0, 0, 0, 0), (a, b) => new VendorCost(a.Input + b.Input, a.Cached + b.Cached, a.Output + b.Output, a.Thought + b.Thought));

    /// <summary>What a message of Anthropic's says, whose input leaves the cache out and whose output has the thought in it. The last counts hold.</summary>
    public static VendorCost OfMessage(VendorReply reply)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Match count in Count().Matches(Encoding.UTF8.GetString(reply.Body)))
        {
            counts[count.Groups["name"].Value] = int.Parse(count.Groups["value"].Value, CultureInfo.InvariantCulture);
        }

        var thought = counts["thinking_tokens"];
        var read = counts["cache_read_input_tokens"];
        return new VendorCost(counts["input_tokens"] + counts["cache_creation_input_tokens"] + read, read, counts["output_tokens"] - thought, thought);
    }

    [GeneratedRegex("""
        "(?<name>input_tokens|cache_creation_input_tokens|cache_read_input_tokens|output_tokens|thinking_tokens)":(?<value>\d+)
        """)]
    private static partial Regex Count();
}
