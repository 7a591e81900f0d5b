using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Tests.Interactions;

/// <summary>An interaction of the demo model that nobody continues; a test says with <c>with</c> what matters to it.</summary>
internal static class SampleInteraction
{
    public static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public static StoredInteraction Running(string id) => new()
    {
        Id = id,
        Project = "default",
        Status = InteractionStatus.InProgress,
        Model = "demo",
        RootId = id,
        Depth = 0,
        Created = Start,
        Updated = Start,
        ServiceTier = "standard",
        IsBackground = false,
        ChainModalities = 1,
        Settings = "{}"u8.ToArray(),
        Input = "[]"u8.ToArray(),
    };
}
