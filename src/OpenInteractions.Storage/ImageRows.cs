namespace OpenInteractions.Storage;

/// <summary>What both engines say of the images of checkpoints.</summary>
internal static class ImageRows
{
    public const string AppendSql = "INSERT INTO checkpoint_parts (checkpoint, part, written_at, bytes) VALUES ($1, $2, $3, $4)";

    public const string ReadSql = "SELECT bytes FROM checkpoint_parts WHERE checkpoint = $1 AND part = $2";

    public const string DeleteSql = "DELETE FROM checkpoint_parts WHERE checkpoint = $1";

    public const string SweepSql = "DELETE FROM checkpoint_parts WHERE written_at < $1 AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE checkpoints.id = checkpoint_parts.checkpoint)";
}
