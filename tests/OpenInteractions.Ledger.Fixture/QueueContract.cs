using OpenInteractions.Testing;

namespace OpenInteractions.Ledger.Fixture;

[Rule("BB-2")]
public abstract class QueueContract
{
    [Fact, Rule("BB-3")]
    public void Is_a_promise_of_every_engine() => Assert.True(true);

    [Fact, Rule("BB-4")]
    public virtual void May_be_overridden() => Assert.True(true);
}

public sealed class FirstQueueTests : QueueContract;

public sealed class SecondQueueTests : QueueContract
{
    [Fact]
    public override void May_be_overridden() => Assert.True(true);
}
