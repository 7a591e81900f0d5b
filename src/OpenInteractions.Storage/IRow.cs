namespace OpenInteractions.Storage;

/// <summary>One row of a result, by place. What both engines read goes through it.</summary>
internal interface IRow
{
    bool IsNull(int column);

    string GetString(int column);

    long GetInt64(int column);

    int GetInt32(int column);

    bool GetBoolean(int column);

    /// <summary>A copy that stays valid; null is empty.</summary>
    ReadOnlyMemory<byte> GetBytes(int column);
}
