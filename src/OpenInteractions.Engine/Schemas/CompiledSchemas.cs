namespace OpenInteractions.Engine.Schemas;

/// <summary>
/// Schemas that were used lately, ready for use: an application sends the same one with each of its requests, and reading it takes longer than checking an
/// answer. Bounded by number and by what they hold; safe for use by several threads.
/// </summary>
internal sealed class CompiledSchemas
{
    /// <summary>Schemas that are kept: those of two requests with as many functions as there may be, so that an application with hundreds finds its own again.</summary>
    public const int Most = 1024;

    /// <summary>Characters of a schema that is kept. Longer ones are rare, and are read each time.</summary>
    public const int Longest = 32 * 1024;

    /// <summary>Bytes that all of them hold, about.</summary>
    public const long MostBytes = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Text, JsonSchema Schema)>> _byText = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Text, JsonSchema Schema)> _byUse = [];
    private long _bytes;

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byText.Count;
            }
        }
    }

    /// <summary>About how many bytes they hold.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>The schema of a text, which was read now or before.</summary>
    /// <exception cref="JsonSchemaException">It is none: that is found out anew each time.</exception>
    public JsonSchema Of(JsonElement schema)
    {
        var text = schema.GetRawText();
        if (text.Length > Longest)
        {
            return JsonSchema.Compile(schema);
        }

        lock (_gate)
        {
            if (_byText.TryGetValue(text, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Schema;
            }
        }

        var compiled = JsonSchema.Compile(schema.Clone()); // outside of the lock; what is kept must not keep the request
        lock (_gate)
        {
            if (!_byText.ContainsKey(text))
            {
                _byText.Add(text, _byUse.AddFirst((text, compiled)));
                _bytes += compiled.Bytes;
                while (_byUse.Count > Most || _bytes > MostBytes)
                {
                    var (oldest, dropped) = _byUse.Last!.Value;
                    _bytes -= dropped.Bytes;
                    _byText.Remove(oldest);
                    _byUse.RemoveLast();
                }
            }
        }

        return compiled;
    }
}
