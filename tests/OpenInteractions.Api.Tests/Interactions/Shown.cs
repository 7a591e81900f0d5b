using System.Text.Json.Nodes;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Compares what a get shows with what a client put together from events.</summary>
internal static class Shown
{
    public static void Same(Answer read, StreamFold fold)
    {
        Assert.True(JsonNode.DeepEquals(Made(read), fold.Steps), $"The get shows\n{Made(read).ToJsonString()}\nand the stream\n{fold.Steps.ToJsonString()}");
        Assert.Equal(read.State, fold.Status);
    }

    /// <summary>The steps that the turn made, without its input.</summary>
    public static JsonArray Made(Answer read) =>
        new([.. read.Steps.Where(s => s.GetProperty("type").GetString() is not ("user_input" or "function_result")).Select(s => JsonNode.Parse(s.GetRawText()))]);
}
