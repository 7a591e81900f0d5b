namespace OpenInteractions.Providers.Anthropic;

internal enum BlockKind
{
    Content,
    Call,
    Result,
    Thinking,
}

/// <summary>One content block of a request, ready to be copied into it.</summary>
/// <param name="IsUser">In which role's message it stands.</param>
/// <param name="CallId">For calls and results: the id as the service knows it.</param>
/// <param name="Source">For calls and results: what it was made from.</param>
/// <param name="Place">For thinking: the hash of the place that it was made at.</param>
internal sealed record RenderedBlock(BlockKind Kind, bool IsUser, byte[] Json, string? CallId = null, HistoryStep? Source = null, byte[]? Place = null)
{
    private byte[]? _digest;

    /// <summary>See <see cref="PrefixHash"/>.</summary>
    public byte[] Digest => _digest ??= PrefixHash.Digest(IsUser, Json);

    public static RenderedBlock User(byte[] json) => new(BlockKind.Content, IsUser: true, json);

    public static RenderedBlock Assistant(byte[] json) => new(BlockKind.Content, IsUser: false, json);
}
