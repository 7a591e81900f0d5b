using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;

namespace OpenInteractions.Contracts.Json;

/// <summary>One variant of a union: its discriminator value and how it is read and written.</summary>
internal sealed record UnionVariant(string Tag, Type Type, Func<JsonTypeInfo> TypeInfo)
{
    public static UnionVariant Of<T>(string tag, Func<WireJson, JsonTypeInfo<T>> info) => new(tag, typeof(T), () => info(WireJson.Wire));
}

/// <summary>What the request checks need to know of a union.</summary>
internal interface IUnion
{
    string TagName { get; }

    IReadOnlyList<UnionVariant> Variants { get; }
}

/// <summary>
/// Reads and writes a closed set of types that a string member tells apart. A discriminator that is not known is kept whole in an
/// explicit leaf, because vendors and stored rows may be newer than this build; requests refuse it before they get here
/// (the Validation folder).
/// </summary>
internal abstract class UnionConverter<T> : JsonConverter<T>, IUnion
    where T : class
{
    private readonly byte[] _tagName;
    private readonly FrozenDictionary<string, UnionVariant> _byTag;
    private readonly FrozenDictionary<Type, UnionVariant> _byType;

    protected UnionConverter(string tagName, IReadOnlyList<UnionVariant> variants)
    {
        TagName = tagName;
        Variants = variants;
        _tagName = System.Text.Encoding.UTF8.GetBytes(tagName);
        _byTag = variants.ToFrozenDictionary(v => v.Tag, StringComparer.Ordinal);
        _byType = variants.ToFrozenDictionary(v => v.Type);
    }

    public string TagName { get; }

    public IReadOnlyList<UnionVariant> Variants { get; }

    /// <summary>The leaf that keeps a value whose discriminator this build does not know.</summary>
    protected abstract T Unknown(string tag, JsonElement raw);

    /// <summary>The value kept by an unknown leaf, or null when <paramref name="value"/> is none.</summary>
    protected abstract JsonElement? RawOf(T value);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var tag = JsonDiscriminator.Peek(reader, _tagName)
            ?? throw new JsonException($"The member '{TagName}' is missing.");
        return _byTag.TryGetValue(tag, out var variant)
            ? (T)JsonSerializer.Deserialize(ref reader, variant.TypeInfo())!
            : Unknown(tag, JsonElement.ParseValue(ref reader));
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (_byType.TryGetValue(value.GetType(), out var variant))
        {
            JsonSerializer.Serialize(writer, value, variant.TypeInfo());
        }
        else if (RawOf(value) is { } raw)
        {
            raw.WriteTo(writer);
        }
        else
        {
            throw new JsonException($"No wire form for {value.GetType().Name}.");
        }
    }
}
