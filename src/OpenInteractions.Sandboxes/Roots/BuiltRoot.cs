using System.Text.Json;

namespace OpenInteractions.Sandboxes.Roots;

/// <summary>A root file system that was built for sandboxes, as its manifest tells.</summary>
public sealed record BuiltRoot
{
    /// <summary>Its id: when it was begun, so that ids order by age.</summary>
    public required string Id { get; init; }

    /// <summary>When it was complete.</summary>
    public required DateTimeOffset Built { get; init; }

    /// <summary>The release of the distribution.</summary>
    public required string Suite { get; init; }

    /// <summary>Where its packages came from, without passwords.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Bytes that it takes on the disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>Seconds that the build took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Versions of its packages, by their names.</summary>
    public required IReadOnlyDictionary<string, string> Packages { get; init; }

    internal byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, Id);
            json.WriteString("built"u8, Built);
            json.WriteString("suite"u8, Suite);
            json.WriteStartArray("sources"u8);
            foreach (var source in Sources)
            {
                json.WriteStringValue(source);
            }

            json.WriteEndArray();
            json.WriteNumber("bytes"u8, Bytes);
            json.WriteNumber("seconds"u8, Math.Round(Seconds, 1));
            json.WriteStartObject("packages"u8);
            foreach (var (name, version) in Packages.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, version);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    internal static BuiltRoot Read(string manifest)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(manifest));
        var root = json.RootElement;
        return new BuiltRoot
        {
            Id = root.GetProperty("id").GetString()!,
            Built = root.GetProperty("built").GetDateTimeOffset(),
            Suite = root.GetProperty("suite").GetString()!,
            Sources = [.. root.GetProperty("sources").EnumerateArray().Select(s => s.GetString()!)],
            Bytes = root.GetProperty("bytes").GetInt64(),
            Seconds = root.GetProperty("seconds").GetDouble(),
            Packages = root.GetProperty("packages").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!),
        };
    }
}
