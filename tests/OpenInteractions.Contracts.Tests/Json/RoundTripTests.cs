using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Contracts.Tests.Json;

/// <summary>What is read is written again: vendors, upstream servers and stored rows lose nothing in this server.</summary>
public sealed class RoundTripTests
{
    /// <summary>Requests are strict, and the models routes and lists are written by this build alone: nothing newer can come in there.</summary>
    private static readonly string[] WrittenByUs =
    [
        "CreateInteractionRequest", "InteractionList", "InteractionTree", "ApiErrorBody", "GoogleErrorBody", "ModelInfo", "ModelList",
        "FileSearchStoreInfo", "FileSearchStoreList", "DocumentInfo", "DocumentList", "MetadataEntry", "ListOfMetadataEntry", "StringList", "ChunkingConfig", "WhiteSpaceConfig",
        "CreateFileSearchStoreRequest", "UploadDocumentRequest", "ImportFileRequest", "DocumentOperation",
        "Credential", "CredentialList", "AgentList", "AgentVersionList", "AgentRollback",
    ];

    public static TheoryData<string> Names => [.. Sample.All.Select(s => s.Name)];

    public static TheoryData<string> OpenNames => [.. Sample.All.Where(s => !WrittenByUs.Contains(s.TypeName)).Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_survives_the_round_trip(string name)
    {
        var sample = Find(name);

        var written = sample.Write(sample.Read());

        AssertSameJson(sample.Json, written);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_second_trip_changes_no_byte(string name)
    {
        var sample = Find(name);
        var first = sample.Write(sample.Read());

        var second = sample.Write(new Sample(name, first).Read());

        Assert.Equal(first, second);
    }

    [Theory]
    [MemberData(nameof(OpenNames))]
    public void A_member_that_this_build_does_not_know_survives_at_every_depth(string name)
    {
        var sample = Find(name);
        var newer = JsonNode.Parse(sample.Json)!;
        AddEverywhere(newer);

        var written = sample.Write(new Sample(name, newer.ToJsonString()).Read());

        AssertSameJson(newer.ToJsonString(), written);
    }

    [Fact]
    public void The_discriminator_is_written_first()
    {
        foreach (var sample in Sample.All.Where(s => s.Read() is Steps.Step or Content.ContentBlock or Tools.Tool or Events.StepDelta or Events.StreamEvent))
        {
            var first = JsonNode.Parse(sample.Write(sample.Read()))!.AsObject().First().Key;

            Assert.True(first is "type" or "event_type", $"{sample.Name} begins with '{first}'.");
        }
    }

    private static Sample Find(string name) => Sample.All.Single(s => s.Name == name);

    private static void AddEverywhere(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var member in members.Select(m => m.Value).ToList())
                {
                    AddEverywhere(member);
                }

                // Text, because some of these objects are maps of strings.
                members["added_later"] = "by a newer build";
                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    AddEverywhere(item);
                }

                break;
        }
    }

    private static void AssertSameJson(string expected, string actual)
    {
        using var left = JsonDocument.Parse(expected);
        using var right = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), $"Expected {expected} but was {actual}");
    }
}
