using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Rows that a test puts into the store itself, as an earlier server would have left them.</summary>
internal static class SampleRow
{
    /// <summary>A background interaction that is its own root, with no input and no settings.</summary>
    public static StoredInteraction InBackground(string id, InteractionStatus status, string model)
    {
        var now = InteractionId.TimeOf(id);
        return new StoredInteraction
        {
            Id = id,
            Project = "default",
            Status = status,
            Model = model,
            RootId = id,
            Depth = 0,
            Created = now,
            Updated = now,
            ServiceTier = "standard",
            IsBackground = true,
            HasJournal = true,
            ChainModalities = 1,
            Settings = "{}"u8.ToArray(),
            Input = "[]"u8.ToArray(),
        };
    }
}
