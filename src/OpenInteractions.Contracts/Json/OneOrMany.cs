using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace OpenInteractions.Contracts.Json;

/// <summary>A list that may be written on the wire as its only element. The form that was sent is kept, so that an echo equals the request.</summary>
/// <typeparam name="T">The element.</typeparam>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It reads as what it is on the wire.")]
public sealed class OneOrMany<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<T> _items;

    /// <summary>A list of any length.</summary>
    public OneOrMany(IReadOnlyList<T> items) => _items = items;

    /// <summary>The bare form: one element without a list around it.</summary>
    public OneOrMany(T single) => (_items, IsSingle) = ([single], true);

    /// <summary>True when the value stands on the wire without brackets.</summary>
    public bool IsSingle { get; }

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>What the request checks need to know of a value that stands alone or in a list.</summary>
internal interface IOneOrMany
{
    Type ElementType { get; }
}

internal sealed class OneOrManyConverter<T> : JsonConverter<OneOrMany<T>>, IOneOrMany
{
    public Type ElementType => typeof(T);

    public override OneOrMany<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return new OneOrMany<T>(JsonSerializer.Deserialize(ref reader, element)!);
        }

        var items = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(JsonSerializer.Deserialize(ref reader, element)!);
        }

        return new OneOrMany<T>(items);
    }

    public override void Write(Utf8JsonWriter writer, OneOrMany<T> value, JsonSerializerOptions options)
    {
        var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        if (value.IsSingle)
        {
            JsonSerializer.Serialize(writer, value[0], element);
            return;
        }

        writer.WriteStartArray();
        foreach (var item in value)
        {
            JsonSerializer.Serialize(writer, item, element);
        }

        writer.WriteEndArray();
    }
}
