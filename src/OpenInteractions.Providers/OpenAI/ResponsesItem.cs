namespace OpenInteractions.Providers.OpenAI;

/// <summary>An item of a Responses stream that has begun and not ended.</summary>
internal sealed class ResponsesItem(int index, Step shell)
{
    public int Index { get; } = index;

    public Step Shell { get; } = shell;

    public bool HasPieces { get; set; }

    /// <summary>Text of the whole block so far, for offsets.</summary>
    public CitedText Text { get; } = new();

    /// <summary>Where the current part begins in the text: offsets of annotations count from there.</summary>
    public int PartStart { get; private set; }

    public void BeginPart() => PartStart = Text.Length;
}
