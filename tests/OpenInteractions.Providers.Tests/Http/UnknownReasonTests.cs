using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Providers.Tests.Anthropic;
using OpenInteractions.Providers.Tests.OpenAI;
using OpenInteractions.Testing.Vendors.Anthropic;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.Http;

/// <summary>Reasons that vendors add: the answer is complete, and the log names each of them once.</summary>
public sealed class UnknownReasonTests
{
    [Fact]
    public async Task Chat_names_it_once()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        for (var call = 0; call < 2; call++)
        {
            upstream.Server.Enqueue(VendorReply.Events([ChatFrames.Text("Hello"), ChatFrames.Finish("went_home"), ChatFrames.Done]));

            var answer = await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

            Assert.Equal(("Hello", ModelStopReason.Finished), (answer.Text, answer.Stop.Reason));
        }

        Assert.Single(upstream.Log.Text.Split('\n'), line => line.Contains("'went_home'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_names_it_once()
    {
        await using var talk = await Talk.BeginAsync();
        for (var call = 0; call < 2; call++)
        {
            talk.Script(AnthropicTurn.Empty.Says("Hello").Stops("went_home"));

            var told = await talk.SayAsync("Hi");

            Assert.Equal(("Hello", ModelStopReason.Finished), (told.Text, told.Stop.Reason));
        }

        Assert.Single(talk.Log.Lines, line => line.Contains("'went_home'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_known_reason_is_not_named()
    {
        await using var upstream = await OpenAIUpstream.StartAsync(wire: OpenAIWire.Chat);
        upstream.Server.Enqueue(VendorReply.Events([ChatFrames.Text("Hello"), ChatFrames.Finish(), ChatFrames.Done]));

        await upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi"));

        Assert.DoesNotContain("not known here", upstream.Log.Text, StringComparison.Ordinal);
    }
}
