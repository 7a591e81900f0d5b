using System.Net;
using System.Text.Json;
using OpenInteractions.Bench.Load;

namespace OpenInteractions.Bench.Tools;

/// <summary>What the tools did, each by its own clock.</summary>
/// <param name="Calls">How often each was called and has answered.</param>
/// <param name="Longest">Milliseconds of the one that takes longest, at the median. Tools of one round work side by side.</param>
/// <param name="Most">Most calls of one tool that it worked on at the same time.</param>
internal sealed record ToolFigures(IReadOnlyDictionary<string, int> Calls, double Longest, int Most)
{
    public const string Path = "/bench/tools";

    /// <summary>What happened since the last time that this was asked.</summary>
    public static async Task<ToolFigures> TakeAsync(EndPoint tools, CancellationToken cancellationToken)
    {
        using var connection = await HttpConnection.ConnectAsync(tools, cancellationToken);
        await connection.SendAsync(HttpRequests.Get(Path), cancellationToken);
        await connection.ReadHeadAsync(cancellationToken);
        using var json = JsonDocument.Parse(await connection.ReadWholeBodyAsync(cancellationToken));
        var clocks = json.RootElement.EnumerateObject().ToList();
        return new(
            clocks.ToDictionary(clock => clock.Name, clock => clock.Value.GetProperty("calls").GetInt32()),
            clocks.Max(clock => clock.Value.GetProperty("median").GetDouble()),
            clocks.Max(clock => clock.Value.GetProperty("most").GetInt32()));
    }

    /// <summary>Calls that are too few or too many, when each of these tools should have had so many.</summary>
    public int Wrong(int expected, params IEnumerable<string> tools) => tools.Sum(tool => Math.Abs(Calls[tool] - expected));
}
