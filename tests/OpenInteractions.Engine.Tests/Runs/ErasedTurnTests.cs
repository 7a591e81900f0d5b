using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Tests.Tools;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Engine.Tests.Runs;

/// <summary>A run goes on when its interaction is deleted (behaviour ST-16); nothing of it may stay in memory.</summary>
public sealed class ErasedTurnTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_turn_that_was_deleted_while_it_ran_is_not_kept_for_the_next_one(bool isDeleted)
    {
        var gate = new Gate();
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Says("first"), ScriptedModel.Silent().Then.WaitsAt(gate).Then.Says("second")));
        var (store, chain) = (node.Get<IInteractionStore>(), node.Get<ConversationChain>());
        var first = await node.AskAsync("""{"model":"scripted/model","input":"one"}""");
        var second = await node.BeginAsync($$"""{"model":"scripted/model","input":"two","previous_interaction_id":"{{first.Id}}","background":true}""");
        await gate.Reached.OrTimeout("the second turn asks the model");
        var run = Assert.Single(node.Get<RunRegistry>().Leased).Execution;

        if (isDeleted)
        {
            await new DeleteInteraction(store, chain).ExecuteAsync(new Caller(Caller.DefaultProject, KeyId: null), second, CancellationToken.None);
        }

        gate.Open();
        await run.OrTimeout("the end of the second turn");

        if (isDeleted)
        {
            var gone = await Assert.ThrowsAsync<ApiException>(() => chain.LoadAsync(Caller.DefaultProject, second, CancellationToken.None));
            Assert.Equal(ErrorCode.NotFound, gone.Code);
        }
        else
        {
            Assert.Equal(2, (await chain.LoadAsync(Caller.DefaultProject, second, CancellationToken.None)).Count);
        }
    }
}
