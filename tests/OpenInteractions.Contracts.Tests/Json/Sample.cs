using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OpenInteractions.Contracts.Json;

namespace OpenInteractions.Contracts.Tests.Json;

/// <summary>
/// A recorded value of a contract type. The file is called after the type, then, after a dot, after the form that it shows:
/// <c>GenerationConfig.names.json</c>. <c>ListOfX</c> is a list of X, <c>MapOfString</c> an object of strings.
/// </summary>
public sealed record Sample(string Name, string Json)
{
    public static IReadOnlyList<Sample> All { get; } = Load();

    /// <summary>The types that the wire context lists; what they contain comes with them.</summary>
    public static IReadOnlyList<Type> ListedTypes { get; } =
        [.. typeof(WireJson).GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(JsonSerializableAttribute))
            .Select(a => (Type)a.ConstructorArguments[0].Value!)];

    public string TypeName => Name.Split('.')[0];

    /// <summary>How the type is read: a variant of a union as the union, so that the discriminator is what selects it.</summary>
    public JsonTypeInfo TypeInfo
    {
        get
        {
            var type = ListedTypes.Append(typeof(Interactions.SchemaResponseFormat)).Single(t => NameOf(t) == TypeName);
            return WireJson.Wire.GetTypeInfo(UnionOf(type) ?? type) ?? throw new InvalidOperationException($"{TypeName} is not part of the wire context.");
        }
    }

    /// <summary>The union that a variant belongs to, or null.</summary>
    public static Type? UnionOf(Type type)
    {
        for (var t = type.BaseType; t is not null; t = t.BaseType)
        {
            if (t.IsAbstract && t.GetCustomAttribute<JsonConverterAttribute>(inherit: false) is not null)
            {
                return t;
            }
        }

        return null;
    }

    public static string NameOf(Type type) =>
        !type.IsGenericType ? type.Name
        : type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? "ListOf" + type.GetGenericArguments()[0].Name
        : "MapOf" + type.GetGenericArguments()[1].Name;

    public object Read() => JsonSerializer.Deserialize(Json, TypeInfo)!;

    public string Write(object value) => JsonSerializer.Serialize(value, TypeInfo);

    public override string ToString() => Name;

    private static List<Sample> Load() => [.. typeof(Sample).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal).Select(Read)];

    private static Sample Read(string name)
    {
        using var reader = new StreamReader(typeof(Sample).Assembly.GetManifestResourceStream(name)!);
        return new Sample(name, reader.ReadToEnd());
    }
}
