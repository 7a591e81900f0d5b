using System.Text.Json.Nodes;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>Makes the usage of an interaction readable before the rest is read by the contract's types, which take no odd counts (<see cref="TokenCount"/>).</summary>
internal static class UsageReading
{
    /// <summary>The same event, or a copy of it whose interaction has readable usage.</summary>
    public static JsonElement OfEvent(JsonElement streamEvent)
    {
        if (streamEvent.ValueKind != JsonValueKind.Object || !streamEvent.TryGetProperty("interaction", out var interaction) || !HasUsage(interaction))
        {
            return streamEvent;
        }

        var copy = JsonObject.Create(streamEvent)!;
        Mend(copy["interaction"]!.AsObject(), interaction);
        return JsonElement.Parse(copy.ToJsonString());
    }

    /// <summary>The same interaction, or a copy of it with readable usage.</summary>
    public static JsonElement OfInteraction(JsonElement interaction)
    {
        if (!HasUsage(interaction))
        {
            return interaction;
        }

        var copy = JsonObject.Create(interaction)!;
        Mend(copy, interaction);
        return JsonElement.Parse(copy.ToJsonString());
    }

    private static bool HasUsage(JsonElement interaction) => interaction.ValueKind == JsonValueKind.Object && interaction.TryGetProperty("usage", out _);

    private static void Mend(JsonObject copy, JsonElement interaction)
    {
        var usage = interaction.GetProperty("usage");
        copy.Remove("usage");
        if (usage.ValueKind == JsonValueKind.Object)
        {
            copy["usage"] = TokenCount.Readable(usage);
        }
    }
}
