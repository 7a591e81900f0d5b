using System.Reflection;
using System.Text;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Tests;

/// <summary>Interactions, runs and outcomes to store, and how they are compared.</summary>
internal static class Sample
{
    public const string Project = "default";

    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 125, TimeSpan.Zero);

    public static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Ids that order as the numbers do, one second apart.</summary>
    public static string Id(int number) => FormattableString.Invariant($"int_{number:D8}");

    public static StoredInteraction Finished(int number, StoredInteraction? parent = null) => Turn(Id(number), parent, Start.AddSeconds(number)) with
    {
        Status = InteractionStatus.Completed,
        Output = Bytes($$"""[{"type":"model_output","content":[{"type":"text","text":"answer {{number}}"}]}]"""),
        ProviderStates = Bytes("""{"0":"signature"}"""),
        Usage = Bytes("""{"total_tokens":7}"""),
    };

    public static StoredInteraction Running(int number, StoredInteraction? parent = null) =>
        Turn(Id(number), parent, Start.AddSeconds(number)) with { Status = InteractionStatus.InProgress, IsBackground = true };

    public static StoredInteraction Queued(int number, StoredInteraction? parent = null) =>
        Running(number, parent) with { Status = InteractionStatus.Queued };

    public static NewRun Run(int priority = 0) => new()
    {
        Request = Bytes("""{"model":"demo","input":"hello","tools":[{"headers":{"authorization":"secret"}}]}"""),
        Priority = priority,
        TimeLeft = TimeSpan.FromHours(1),
    };

    public static RunOutcome Outcome(InteractionStatus status = InteractionStatus.Completed) => new()
    {
        Status = status,
        Updated = Start.AddMinutes(5),
        ChainModalities = 3,
        Output = Bytes("""[{"type":"model_output"}]"""),
        ProviderStates = Bytes("""{"0":"left behind"}"""),
        Usage = Bytes("""{"total_tokens":11}"""),
        Errors = Bytes("""[{"code":"x"}]"""),
        PendingCalls = Bytes("""[{"id":"c1","name":"f"}]"""),
    };

    public static JournalBatch Batch(long epoch, long first, long last, string? frames = null) => new()
    {
        Epoch = epoch,
        FirstNumber = first,
        LastNumber = last,
        Frames = Bytes(frames ?? $"data: {epoch}-{first}..{last}\n\n"),
        Checkpoint = Bytes($"checkpoint {epoch}-{last}"),
    };

    /// <summary>Whole objects, member by member, bytes as text: what differs is then seen in the failure.</summary>
    public static void Same<T>(T? expected, T? actual) => Assert.Equal(Describe(expected), Describe(actual));

    public static void SameList<T>(IEnumerable<T> expected, IEnumerable<T> actual) => Assert.Equal(expected.Select(Describe), actual.Select(Describe));

    public static IEnumerable<string> Ids(IEnumerable<StoredInteraction> interactions) => interactions.Select(interaction => interaction.Id);

    public static StoredInteraction WithoutContent(StoredInteraction interaction) =>
        AsRead(interaction) with { Input = default, Output = default, ProviderStates = default };

    /// <summary>Labels come back with the settings, not as labels.</summary>
    public static StoredInteraction AsRead(StoredInteraction interaction) => interaction with { Labels = null };

    private static StoredInteraction Turn(string id, StoredInteraction? parent, DateTimeOffset created) => new()
    {
        Id = id,
        Project = Project,
        Status = InteractionStatus.Completed,
        Model = "demo",
        PreviousId = parent?.Id,
        RootId = parent?.RootId ?? id,
        Depth = parent is null ? 0 : parent.Depth + 1,
        Created = created,
        Updated = created.AddSeconds(1),
        ServiceTier = "standard",
        IsBackground = false,
        ChainModalities = 1,
        Settings = Bytes("""{"model":"demo"}"""),
        Input = Bytes($$"""[{"type":"user_input","content":[{"type":"text","text":"question of {{id}}"}]}]"""),
    };

    private static string Describe<T>(T? value) => value is null ? "null" : string.Join('\n', typeof(T)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Select(property => $"{property.Name} = {Describe(property.GetValue(value))}"));

    private static string Describe(object? value) => value switch
    {
        null => "null",
        ReadOnlyMemory<byte> bytes => Text(bytes),
        DateTimeOffset time => time.UtcDateTime.ToString("O"),
        StoredInteraction interaction => Describe<StoredInteraction>(interaction),
        _ => value.ToString()!,
    };
}

/// <summary>A claim by the rules that hold when nothing else is said.</summary>
internal static class PlainClaim
{
    public static Task<IReadOnlyList<ClaimedRun>> ClaimAsync(this IRunQueue runs, string owner, TimeSpan ttl, int limit, CancellationToken cancellationToken) =>
        runs.ClaimAsync(owner, ttl, limit, new ClaimRules(TimeSpan.FromMinutes(5)), cancellationToken);
}
