namespace OpenInteractions.Providers.Http;

/// <summary>Reads JSON of an upstream; what is none is the upstream's nonsense.</summary>
internal static class UpstreamJson
{
    /// <exception cref="UpstreamFailureException">It is no JSON.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            var value = JsonElement.ParseValue(ref reader);
            return reader.Read() ? throw UpstreamFailureException.Malformed() : value;
        }
        catch (JsonException)
        {
            throw UpstreamFailureException.Malformed();
        }
    }

    /// <summary>The same for JSON that is looked at and forgotten: to be disposed, and nothing of it is valid afterwards.</summary>
    /// <exception cref="UpstreamFailureException">It is no JSON.</exception>
    public static JsonDocument Open(ReadOnlyMemory<byte> data)
    {
        try
        {
            return JsonDocument.Parse(data);
        }
        catch (JsonException)
        {
            throw UpstreamFailureException.Malformed();
        }
    }

    /// <exception cref="UpstreamFailureException">It is no JSON.</exception>
    public static async Task<JsonElement> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, default, cancellationToken).ConfigureAwait(false);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw UpstreamFailureException.Malformed();
        }
    }
}
