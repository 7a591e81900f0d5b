using System.Globalization;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>Media that a model made, as deltas.</summary>
internal static class MediaDeltas
{
    public static StepDelta Of(string? mimeType, string? data, string? uri)
    {
        var type = mimeType ?? "application/octet-stream";
        if (type.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
        {
            return new ImageDelta { Data = data, Uri = uri, MimeType = mimeType };
        }

        if (type.StartsWith("video/", StringComparison.OrdinalIgnoreCase))
        {
            return new VideoDelta { Data = data, Uri = uri, MimeType = mimeType };
        }

        return type.StartsWith("audio/", StringComparison.OrdinalIgnoreCase)
            ? Audio(type, data, uri)
            : new DocumentDelta { Data = data, Uri = uri, MimeType = mimeType };
    }

    /// <summary>Raw samples come as <c>audio/L16;codec=pcm;rate=24000</c>; the rate is a member on our wire.</summary>
    private static AudioDelta Audio(string mimeType, string? data, string? uri)
    {
        var pieces = mimeType.Split(';', StringSplitOptions.TrimEntries);
        var rate = pieces.FirstOrDefault(p => p.StartsWith("rate=", StringComparison.OrdinalIgnoreCase))?[5..];
        var isRaw = pieces[0].Equals("audio/l16", StringComparison.OrdinalIgnoreCase);
        return new AudioDelta
        {
            Data = data,
            Uri = uri,
            MimeType = isRaw ? "audio/l16" : pieces[0],
            SampleRate = int.TryParse(rate, CultureInfo.InvariantCulture, out var samples) ? samples : null,
            Channels = isRaw ? 1 : null,
        };
    }
}
