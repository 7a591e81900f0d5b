using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage;

/// <summary>What both engines read in the same way. Each list of columns is in the order in which its reader takes them.</summary>
internal static class Rows
{
    /// <summary>Columns of an interaction <c>i</c> for <see cref="ReadInteraction"/>, without content.</summary>
    public const string Interaction = $"{Standing}, i.settings, i.usage, i.errors, i.pending_calls";

    /// <summary>The same without everything that can be large.</summary>
    public const string Node = $"{Standing}, NULL, NULL, NULL, NULL";

    /// <summary>Columns of the content <c>c</c>, after <see cref="Interaction"/> or a turn's ids.</summary>
    public const string Content = "c.input, c.output, c.provider_states";

    /// <summary>The greatest id of all projects. The index is by project first: a step down it for each, however many rows there are.</summary>
    public const string NewestIdSql = """
        WITH RECURSIVE projects (name) AS (
            SELECT min(project) FROM interactions
            UNION ALL
            SELECT (SELECT min(project) FROM interactions WHERE project > projects.name) FROM projects WHERE projects.name IS NOT NULL)
        SELECT (SELECT max(id) FROM interactions WHERE project = projects.name) AS newest
        FROM projects WHERE projects.name IS NOT NULL ORDER BY newest DESC LIMIT 1
        """;

    private const string Standing =
        "i.id, i.project, i.status, i.model, i.agent, i.previous_id, i.root_id, i.depth, i.created_at, i.updated_at, i.service_tier, "
        + "i.is_background, i.chain_modalities, i.has_gap, i.has_journal";

    private const int AfterInteraction = 19;

    public static StoredInteraction ReadInteraction<TRow>(TRow row, bool withContent)
        where TRow : IRow => new()
    {
        Id = row.GetString(0),
        Project = row.GetString(1),
        Status = ReadStatus(row, 2),
        Model = ReadText(row, 3),
        Agent = ReadText(row, 4),
        PreviousId = ReadText(row, 5),
        RootId = ReadText(row, 6) ?? row.GetString(0),
        Depth = row.GetInt32(7),
        Created = ReadTime(row, 8),
        Updated = ReadTime(row, 9),
        ServiceTier = row.GetString(10),
        IsBackground = row.GetBoolean(11),
        ChainModalities = row.GetInt32(12),
        HasGap = row.GetBoolean(13),
        HasJournal = row.GetBoolean(14),
        Settings = row.GetBytes(15),
        Usage = row.GetBytes(16),
        Errors = row.GetBytes(17),
        PendingCalls = row.GetBytes(18),
        Input = withContent ? row.GetBytes(AfterInteraction) : default,
        Output = withContent ? row.GetBytes(AfterInteraction + 1) : default,
        ProviderStates = withContent ? row.GetBytes(AfterInteraction + 2) : default,
    };

    /// <summary>From <c>id, status, root_id, depth, chain_modalities, pending_calls, has_gap</c>.</summary>
    public static ParentInteraction ReadParent<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Id = row.GetString(0),
        Status = ReadStatus(row, 1),
        RootId = ReadText(row, 2) ?? row.GetString(0),
        Depth = row.GetInt32(3),
        ChainModalities = row.GetInt32(4),
        PendingCalls = row.GetBytes(5),
        HasGap = row.GetBoolean(6),
    };

    /// <summary>From <c>id, previous_id</c> and <see cref="Content"/>.</summary>
    public static StoredTurn ReadTurn<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Id = row.GetString(0),
        PreviousId = ReadText(row, 1),
        Input = row.GetBytes(2),
        Output = row.GetBytes(3),
        ProviderStates = row.GetBytes(4),
    };

    /// <summary>From <c>epoch, first_number, last_number, is_compressed, frames, checkpoint</c>.</summary>
    public static JournalBatch ReadBatch<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Epoch = row.GetInt64(0),
        FirstNumber = row.GetInt64(1),
        LastNumber = row.GetInt64(2),
        IsCompressed = row.GetBoolean(3),
        Frames = row.GetBytes(4),
        Checkpoint = row.GetBytes(5),
    };

    public static DateTimeOffset ReadTime<TRow>(TRow row, int column)
        where TRow : IRow => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static string? ReadText<TRow>(TRow row, int column)
        where TRow : IRow => row.IsNull(column) ? null : row.GetString(column);

    private static InteractionStatus ReadStatus<TRow>(TRow row, int column)
        where TRow : IRow => InteractionStatuses.TryParse(row.GetString(column), out var status)
        ? status
        : throw new InvalidDataException($"Interaction {row.GetString(0)} has a status that this program does not know.");
}
