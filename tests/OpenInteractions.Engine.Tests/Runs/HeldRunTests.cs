using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Tests.Tools;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Runs;

/// <summary>A node that hung between taking a run and asking the model for it, over the real store.</summary>
[Rule("SM-5")]
public sealed class HeldRunTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_another_node_has_ended_meanwhile_is_not_asked_again()
    {
        var (time, late) = (new ManualTime(), new ScriptedRounds(ScriptedModel.Says("Late.")));
        await using var first = await TestNode.StartAsync(late, time: time);
        var accepted = (CreatedInteraction.Accepted)await first.CreateAsync(ToolRequests.Of(ToolRequests.Background, ToolRequests.Weather));
        var run = Assert.Single(first.Get<RunRegistry>().Leased);
        var model = new ScriptedRounds(ScriptedModel.Says("In time."));
        await using var second = await TestNode.StartAsync(model, takesOver: first);
        await second.FollowAsync(accepted.Interaction.Id);

        time.Advance(Lease);
        accepted.Begin();
        Assert.Null(await run.Execution.OrTimeout("the run at the node that hung"));

        Assert.Empty(late.Requests);
        Assert.Single(model.Requests);
        Assert.Equal(StopCause.LeaseLost, run.Cause);
        Assert.Equal(InteractionStatus.Completed, (await first.GetAsync(accepted.Interaction.Id)).Status);
    }

    [Fact]
    public async Task What_nobody_else_took_goes_on()
    {
        var (time, model) = (new ManualTime(), new ScriptedRounds(ScriptedModel.Says("Here I am.")));
        await using var node = await TestNode.StartAsync(model, time: time);
        var accepted = (CreatedInteraction.Accepted)await node.CreateAsync(ToolRequests.Of(ToolRequests.Background, ToolRequests.Weather));

        time.Advance(Lease);
        accepted.Begin();
        var ended = await node.FollowAsync(accepted.Interaction.Id);

        Assert.Equal(InteractionStatus.Completed, ended.Kept.Status);
        Assert.Single(model.Requests);
    }
}
