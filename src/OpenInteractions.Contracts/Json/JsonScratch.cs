namespace OpenInteractions.Contracts.Json;

/// <summary>
/// A JSON writer with its buffer, lent from turn to turn: most JSON that the server writes is copied on at once, and a new buffer for each piece was
/// the largest part of what a request allocated. Dispose it as soon as the bytes have been copied.
/// </summary>
public sealed class JsonScratch : IDisposable
{
    /// <summary>A buffer that grew beyond this, in bytes, goes back to the pool.</summary>
    private const int MostKept = 256 * 1024;

    // JSON inside JSON takes another one while the first is in use.
    private const int MostSpares = 4;

    [ThreadStatic]
    private static JsonScratch? _spares;

    private readonly PooledBytes _bytes = new();
    private readonly Utf8JsonWriter _json;
    private JsonScratch? _next;
    private int _place;
    private bool _isLent = true;

    private JsonScratch() =>
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = WireJson.Wire.Options.Encoder, SkipValidation = true, MaxDepth = WireJson.Wire.Options.MaxDepth });

    /// <summary>Writes into the buffer. Nothing is validated, and nothing is escaped beyond what JSON needs.</summary>
    public Utf8JsonWriter Json => _json;

    /// <summary>What has been written, until it is given back.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            _json.Flush();
            return _bytes.Written;
        }
    }

    /// <summary>An empty one.</summary>
    public static JsonScratch Rent()
    {
        if (_spares is not { } scratch)
        {
            return new JsonScratch();
        }

        (_spares, scratch._next) = (scratch._next, null);
        scratch._isLent = true;
        return scratch;
    }

    /// <summary>One object whose members are written by the action.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> members)
    {
        using var scratch = RentObject(members);
        return scratch.ToArray();
    }

    /// <summary>The same where it was written: to be disposed.</summary>
    public static JsonScratch RentObject(Action<Utf8JsonWriter> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var scratch = Rent();
        try
        {
            scratch.Json.WriteStartObject();
            members(scratch.Json);
            scratch.Json.WriteEndObject();
            return scratch;
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    /// <summary>A copy of what has been written.</summary>
    public byte[] ToArray() => Written.ToArray();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isLent)
        {
            return; // a buffer that is given back twice would be lent twice
        }

        _isLent = false;
        _place = _spares is { } before ? before._place + 1 : 1;
        if (_bytes.Capacity > MostKept || _place > MostSpares)
        {
            _bytes.Dispose();
            return;
        }

        _bytes.Clear();
        _json.Reset(_bytes);
        (_next, _spares) = (_spares, this);
    }
}
