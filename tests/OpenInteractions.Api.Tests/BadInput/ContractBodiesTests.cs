using System.Collections.Concurrent;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.BadInput;

/// <summary>Every body that is derived from the contract with one mistake, sent to a running server.</summary>
[Rule("TR-4")]
[Rule("ER-1")]
[Rule("ER-6")]
public sealed class ContractBodiesTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    [Fact]
    public async Task Every_malformed_body_is_refused_at_its_place_and_nothing_is_kept()
    {
        (await models.Client.CreateAsync("""{"model":"demo","input":"echo: before"}""")).Ok();
        var before = (await models.Client.ListAsync("?page_size=1000")).Text;
        var faults = new ConcurrentQueue<string>();
        var sent = 0;

        await Parallel.ForEachAsync(BadRequests.All(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (bad, _) =>
        {
            Interlocked.Increment(ref sent);
            using var request = models.Client.Request(HttpMethod.Post, "interactions", new ReadOnlyMemoryContent(bad.Body));
            if (Fault(bad, await models.Client.SendAsync(request)) is { } fault)
            {
                faults.Enqueue($"{bad.Name}: {fault}");
            }
        });

        Assert.True(sent >= 400, $"only {sent} bodies");
        Assert.True(faults.IsEmpty, $"{faults.Count} of {sent}:\n{string.Join('\n', faults.Take(30))}");
        Assert.Equal(before, (await models.Client.ListAsync("?page_size=1000")).Text);
        Assert.Equal("on", (await models.Client.CreateAsync("""{"model":"demo","input":"echo: on"}""")).Ok().OutputText);
        Assert.Empty(models.Server.Log.Errors);
    }

    private static string? Fault(BadRequest bad, Answer answer) =>
        Refused.Fault(answer, bad.Mistake is "unknown field" ? "parameter_unknown" : null)
        ?? (bad.Path is { } path && !answer.ErrorMessage.Contains($"'{path}'", StringComparison.Ordinal) ? $"does not name '{path}': {answer.ErrorMessage}" : null);
}
