using OpenInteractions.Testing;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>What one node seals any other opens: nothing but the database has to be told to a new one.</summary>
public sealed class NodeKeyTests
{
    private const string Thinking = "\"store\":false,\"generation_config\":{\"thinking_level\":\"low\",\"thinking_summaries\":\"auto\"}";

    [Fact]
    public async Task A_node_with_a_data_directory_of_its_own_opens_what_another_one_sealed()
    {
        await using var nodes = await NodeGroup.StartAsync(2);

        Assert.Equal(await KeyOfAsync(nodes[0]), await KeyOfAsync(nodes[1]));
        var thought = (await nodes[0].Client.CreateAsync("{\"model\":\"demo\",\"input\":\"My favourite number is 42.\"," + Thinking + "}")).Ok();
        var history = string.Join(',', thought.Steps.Select(step => step.GetRawText()));
        var high = Thinking.Replace("low", "high", StringComparison.Ordinal);
        var next = (await nodes[1].Client.CreateAsync(
            "{\"model\":\"demo\",\"input\":[{\"type\":\"user_input\",\"content\":[{\"type\":\"text\",\"text\":\"My favourite number is 42.\"}]}," + history
            + ",{\"type\":\"user_input\",\"content\":[{\"type\":\"text\",\"text\":\"echo: x\"}]}]," + high + "}")).Ok();

        Assert.Contains("came back to me unchanged", next.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_had_another_key_takes_the_one_of_the_others_and_puts_its_own_aside()
    {
        await using var nodes = await NodeGroup.StartAsync(2);
        var shared = await KeyOfAsync(nodes[0]);
        var another = Enumerable.Repeat((byte)7, shared.Length).ToArray();

        await nodes[1].StopAsync();
        await File.WriteAllBytesAsync(FileOf(nodes[1]), another);
        await nodes[1].StartAgainAsync();

        Assert.Equal(shared, await KeyOfAsync(nodes[1]));
        var aside = Assert.Single(Directory.GetFiles(nodes[1].DataDirectory, "signature.key*"), file => file != FileOf(nodes[1]));
        Assert.Equal(another, await File.ReadAllBytesAsync(aside));
        Assert.Contains(Path.GetFileName(aside), nodes[1].Log, StringComparison.Ordinal);
    }

    private static Task<byte[]> KeyOfAsync(ServerProcess node) => File.ReadAllBytesAsync(FileOf(node));

    private static string FileOf(ServerProcess node) => Path.Combine(node.DataDirectory, "signature.key");
}
