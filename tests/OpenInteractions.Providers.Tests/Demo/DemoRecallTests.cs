using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;

namespace OpenInteractions.Providers.Tests.Demo;

public sealed class DemoRecallTests
{
    [Theory]
    [InlineData("My name is Ada.", "What is my name?", "Ada")]
    [InlineData("Hello, my name is Ada Lovelace and I like tea.", "what's my name", "Ada Lovelace")]
    [InlineData("Hi! I'm Ada.", "Do you know my name?", "Ada")]
    [InlineData("Please call me Ada", "Who am I? Tell me my name.", "Ada")]
    [InlineData("My favourite colour is blue, but not at night.", "What was my favorite color?", "blue")]
    [InlineData("My dog's name is Rex.", "What is my dog's name?", "Rex")]
    [InlineData("The secret word is \"banana\".", "What is the secret word?", "banana")]
    [InlineData("Remember that the code is 4711.", "What is the code?", "4711")]
    [InlineData("Remember the number 42.", "Which number did I ask you to remember?", "the number 42")]
    [InlineData("Please remember: buy milk", "What did I ask you to remember?", "buy milk")]
    [InlineData("I live in Oslo and work from home.", "Where do I live?", "You live in Oslo.")]
    [InlineData("My budget is 3.5 million.", "What is my budget?", "3.5 million")]
    public async Task What_was_told_is_recalled_in_a_later_turn(string told, string asked, string recalled)
    {
        var chat = new DemoChat();
        await chat.SayAsync(told);
        await chat.SayAsync("Thank you.");

        Assert.Contains(recalled, (await chat.SayAsync(asked)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_latest_of_two_facts_counts()
    {
        var chat = new DemoChat();
        await chat.SayAsync("My name is Ada.");
        await chat.SayAsync("My name is Grace.");

        Assert.Equal("Your name is Grace.", (await chat.SayAsync("What is my name?")).Text);
    }

    [Fact]
    public async Task What_was_not_told_is_not_known()
    {
        var chat = new DemoChat();
        await chat.SayAsync("My name is Ada.");

        Assert.Equal("You have not told me your birthday in this conversation.", (await chat.SayAsync("What is my birthday?")).Text);
    }

    [Fact]
    public async Task A_question_is_not_taken_for_a_fact()
    {
        var chat = new DemoChat();
        await chat.SayAsync("Do you remember what my name is?");
        await chat.SayAsync("My name is what, do you think?");

        Assert.DoesNotContain("Your name is", (await chat.SayAsync("And my age is unknown to you, right? What is my name?")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facts_of_another_models_turn_count_as_well()
    {
        var chat = new DemoChat();

        var answer = await chat.GiveAsync(
            new UserInputStep { Content = [new TextContent { Text = "My name is Ada." }] },
            new ThoughtStep { Signature = "c2ln" },
            new ModelOutputStep { Content = [new TextContent { Text = "Nice to meet you." }] },
            new UserInputStep { Content = [new TextContent { Text = "What is my name?" }] });

        Assert.StartsWith("Your name is Ada.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_said_first_and_before_is_quoted()
    {
        var chat = new DemoChat();
        await chat.SayAsync("Good morning.");
        var second = await chat.SayAsync("It rains.");

        Assert.Equal("The first thing you said was: \"Good morning.\"", (await chat.SayAsync("What did I say first?")).Text);
        Assert.Equal("Before this you said: \"What did I say first?\"", (await chat.SayAsync("What did I say before?")).Text);
        Assert.Contains("It rains.", second.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_system_instruction_is_told_when_asked_for()
    {
        var chat = new DemoChat { SystemInstruction = "Speak like a pirate." };

        Assert.Contains("\"Speak like a pirate.\"", (await chat.SayAsync("What is your system instruction?")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_free_answer_says_that_it_is_no_language_model_and_later_ones_do_not()
    {
        var chat = new DemoChat();

        Assert.Equal("5", (await chat.SayAsync("echo: 5")).Text);
        Assert.Contains("not a language model", (await chat.SayAsync("Hello")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("language model", (await chat.SayAsync("Hello again")).Text, StringComparison.Ordinal);
    }
}
