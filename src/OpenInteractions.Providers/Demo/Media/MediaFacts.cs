namespace OpenInteractions.Providers.Demo.Media;

/// <summary>What the bytes of a medium say about it. Members that the format does not tell are null.</summary>
internal sealed record MediaFacts
{
    /// <summary>The media type by the bytes, or null when they are of no kind that is known here.</summary>
    public string? MimeType { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public TimeSpan? Duration { get; init; }

    public int? SampleRate { get; init; }

    public int? Channels { get; init; }

    public int? Pages { get; init; }

    /// <summary>Lines of a text document.</summary>
    public int? Lines { get; init; }

    /// <summary>What the bytes say.</summary>
    public static MediaFacts Of(MediaBytes media)
    {
        ReadOnlySpan<byte> bytes = media.Start;
        return ImageHeaders.Read(bytes) ?? SoundHeaders.Read(media) ?? VideoHeaders.Read(media) ?? DocumentFacts.Read(media) ?? new MediaFacts();
    }
}
