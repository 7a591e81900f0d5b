using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Providers.Demo.Media;

namespace OpenInteractions.Providers.Demo;

/// <summary>Tells what media are, by what their bytes say.</summary>
internal static partial class MediaReport
{
    private const int MostDescribed = 20;

    /// <summary>A sentence for each medium that came with the prompt, or that the prompt asks about; empty when there is none.</summary>
    public static string Of(Conversation conversation)
    {
        var media = Relevant(conversation);
        var sentences = media.Take(MostDescribed).Select((m, i) => Sentence(m, media.Length > 1 ? i + 1 : null));
        return string.Join('\n', media.Length > MostDescribed ? sentences.Append($"And {media.Length - MostDescribed} more.") : sentences);
    }

    /// <summary>The same facts as objects, for answers in JSON.</summary>
    public static IEnumerable<JsonElement> Facts(Conversation conversation) => Relevant(conversation).Take(MostDescribed).Select(AsObject);

    private static MediaContent[] Relevant(Conversation conversation) =>
        conversation.NewMedia.ToArray() is { Length: > 0 } given ? given
        : MediaWord().IsMatch(conversation.Prompt) ? [.. conversation.EarlierMedia.TakeLast(1)]
        : [];

    private static string Sentence(MediaContent media, int? number)
    {
        var subject = number is null ? $"The {media.Type}" : $"Item {number}, the {media.Type},";
        if (media.Data is not { } data)
        {
            return $"{subject} is at {media.Uri}{(media.MimeType is { } said ? $" and is said to be {said}" : "")}; I do not fetch addresses.";
        }

        if (MediaBytes.Of(data) is not { } bytes)
        {
            return $"{subject} has data that is not base64.";
        }

        var facts = MediaFacts.Of(bytes);
        string?[] details =
        [
            facts is { Width: { } width, Height: { } height } ? string.Create(CultureInfo.InvariantCulture, $"{width}×{height} pixels") : null,
            facts.Duration is { } duration ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.##} seconds") : null,
            facts.SampleRate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate} Hz") : null,
            facts.Channels is { } channels ? channels == 1 ? "1 channel" : $"{channels} channels" : null,
            facts.Pages is { } pages ? pages == 1 ? "1 page" : $"{pages} pages" : null,
            facts.Lines is { } lines ? lines == 1 ? "1 line" : $"{lines} lines" : null,
            $"{bytes.Size} bytes",
        ];
        var kind = facts.MimeType is { } type ? $"is {type}" : $"is of a kind that I do not know{(media.MimeType is { } stated ? $" (stated: {stated})" : "")}";
        var disagrees = facts.MimeType is { } real && media.MimeType is { } claimed && !IsSame(real, claimed) ? $" It was stated to be {claimed}, which its bytes are not." : "";
        return $"{subject} {kind}: {string.Join(", ", details.Where(d => d is not null))}.{disagrees}";
    }

    private static JsonElement AsObject(MediaContent media)
    {
        var bytes = media.Data is { } data ? MediaBytes.Of(data) : null;
        var facts = bytes is null ? new MediaFacts() : MediaFacts.Of(bytes);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            Text("mime_type", facts.MimeType ?? media.MimeType);
            Text("uri", media.Uri);
            Number("width", facts.Width);
            Number("height", facts.Height);
            Number("duration", facts.Duration?.TotalSeconds);
            Number("duration_seconds", facts.Duration?.TotalSeconds);
            Number("sample_rate", facts.SampleRate);
            Number("channels", facts.Channels);
            Number("pages", facts.Pages);
            Number("page_count", facts.Pages);
            Number("lines", facts.Lines);
            Number("size", bytes?.Size);
            Number("bytes", bytes?.Size);
            writer.WriteEndObject();

            void Text(string name, string? value)
            {
                if (value is not null)
                {
                    writer.WriteString(name, value);
                }
            }

            void Number(string name, double? value)
            {
                if (value is { } number)
                {
                    writer.WriteNumber(name, number);
                }
            }
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>Types have several names, and every text is plain text.</summary>
    private static bool IsSame(string real, string claimed)
    {
        claimed = claimed.Split(';')[0].Trim().ToLowerInvariant();
        return real == claimed
            || real.Replace("/x-", "/", StringComparison.Ordinal) == claimed.Replace("/x-", "/", StringComparison.Ordinal)
            || (real == "text/plain" && (claimed.StartsWith("text/", StringComparison.Ordinal) || claimed is "application/json" or "application/xml"))
            || (real, claimed) is ("audio/mpeg", "audio/mp3") or ("audio/wav", "audio/wave") or ("audio/mp4", "audio/m4a") or ("audio/ogg", "audio/opus") or ("image/jpeg", "image/jpg")
                or ("image/heic", "image/heif") or ("video/quicktime", "video/mov") or ("video/mp4", "audio/mp4") or ("video/webm", "audio/webm")
                or ("application/x-ole-storage", "application/msword" or "application/vnd.ms-excel" or "application/vnd.ms-powerpoint");
    }

    [GeneratedRegex(@"\b(?:image|picture|photo|audio|sound|recording|video|film|document|pdf|file)s?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MediaWord();
}
