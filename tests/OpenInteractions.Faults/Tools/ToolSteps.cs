using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>What is to be seen of calls of tools: in the steps, and in a server's records.</summary>
internal static class ToolSteps
{
    /// <summary>The steps of a type.</summary>
    public static IReadOnlyList<JsonElement> StepsOf(this Answer answer, string type) => [.. answer.Steps.Where(s => s.GetProperty("type").GetString() == type)];

    /// <summary>True of a result that says that the call failed.</summary>
    public static bool IsError(JsonElement result) => result.TryGetProperty("is_error", out var failed) && failed.GetBoolean();

    /// <summary>How many calls of a kind of tool the policy point of this server has allowed since its start, as it has put on record.</summary>
    public static async Task<double> AllowedAsync(this ServerProcess server, string kind) =>
        (await server.MetricsAsync()).GetValueOrDefault($"openinteractions_tools_decisions{{kind=\"{kind}\",phase=\"before\",verdict=\"allow\"}}");
}
