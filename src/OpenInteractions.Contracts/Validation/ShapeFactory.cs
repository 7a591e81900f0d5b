using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;

namespace OpenInteractions.Contracts.Validation;

/// <summary>Derives shapes from the contract types and their JSON metadata.</summary>
internal static class ShapeFactory
{
    private static readonly ConcurrentDictionary<Type, Shape> ByType = new();
    private static readonly string[] SchemaTypes = ["object", "array", "string", "number", "integer", "boolean", "null"];

    /// <summary>The shape of a contract type.</summary>
    public static Shape Of(Type type) => ByType.TryGetValue(type, out var shape) ? shape : ByType.GetOrAdd(type, Make(type, attributes: null, converter: null));

    private static Shape Make(Type type, ICustomAttributeProvider? attributes, JsonConverter? converter)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return Has<Base64Attribute>(attributes) ? new Base64Shape() : Has<MediaTypeAttribute>(attributes) ? new MediaTypeShape() : new StringShape(Get<WireEnumAttribute>(attributes)?.Values, Has<NotEmptyAttribute>(attributes));
        }

        if (type == typeof(bool))
        {
            return new BooleanShape();
        }

        if (type == typeof(int) || type == typeof(long) || type == typeof(double))
        {
            var range = Get<WireRangeAttribute>(attributes) is { } r ? (r.Minimum, r.Maximum) : type == typeof(int) ? (int.MinValue, int.MaxValue) : ((double, double)?)null;
            var orString = Get<JsonNumberHandlingAttribute>(attributes) is not null;
            return new NumberShape(integer: type != typeof(double), range, orString);
        }

        if (type == typeof(JsonElement))
        {
            return Has<ToolResultAttribute>(attributes) ? ToolResult() : new AnyShape(objectOnly: Has<JsonObjectAttribute>(attributes));
        }

        return MakeComposite(type, attributes, converter);
    }

    private static Shape MakeComposite(Type type, ICustomAttributeProvider? attributes, JsonConverter? converter)
    {
        if (converter is IOneOrMany oneOrMany)
        {
            var item = oneOrMany.ElementType == typeof(string) ? Make(typeof(string), attributes, converter: null) : Of(oneOrMany.ElementType);
            var list = new ListShape(item);
            return new AlternativesShape($"{item.Expected} or a list", (v, _) => v.ValueKind == JsonValueKind.Array ? list : item);
        }

        if (converter is IStringOr stringOr)
        {
            var text = new StringShape(Get<WireEnumAttribute>(attributes)?.Values, notEmpty: true);
            var value = new Lazy<Shape>(() => Of(stringOr.ObjectType));
            return new AlternativesShape("a string or an object", (v, _) => v.ValueKind switch { JsonValueKind.String => text, JsonValueKind.Object => value.Value, _ => null });
        }

        if (type == typeof(InteractionInput))
        {
            return Input();
        }

        if (type == typeof(SpeechConfig))
        {
            var (list, value) = (new ListShape(Of(typeof(SpeakerVoice))), Of(typeof(SpeechConfigObject)));
            return new AlternativesShape("a list or an object", (v, _) => v.ValueKind switch { JsonValueKind.Array => list, JsonValueKind.Object => value, _ => null });
        }

        if (type == typeof(NetworkAllowlist))
        {
            var (text, list) = (new StringShape(Get<WireEnumAttribute>(attributes)?.Values, notEmpty: true), new ListShape(Of(typeof(AllowlistEntry))));
            return new AlternativesShape("a list or 'disabled'", (v, _) => v.ValueKind switch { JsonValueKind.String => text, JsonValueKind.Array => list, _ => null });
        }

        if (ElementOf(type, typeof(IReadOnlyList<>)) is { } element)
        {
            return new ListShape(Make(element[0], attributes, converter: null));
        }

        if (ElementOf(type, typeof(IReadOnlyDictionary<,>)) is { } pair)
        {
            var itemConverter = pair[1] == typeof(StringOr<EnvironmentVariable>) ? new StringOrConverter<EnvironmentVariable>() : null;
            return new MapShape(Make(pair[1], attributes: null, itemConverter));
        }

        return MakeObject(type);
    }

    private static Shape MakeObject(Type type)
    {
        var info = WireJson.Wire.GetTypeInfo(type) ?? throw new InvalidOperationException($"{type} is not part of the wire context.");
        if (info.Converter is IUnion union)
        {
            var variants = union.Variants.ToDictionary(v => v.Tag, v => new Lazy<Shape>(() => Members(v.TypeInfo(), union.TagName)));
            var shape = new UnionShape(union.TagName, variants, [.. union.Variants.Select(v => v.Tag)]);
            return type == typeof(ResponseFormat) ? FormatOrSchema(shape) : shape;
        }

        return Members(info, tag: null);
    }

    private static ObjectShape Members(JsonTypeInfo info, string? tag)
    {
        var members = info.Properties
            .Where(p => p is { IsExtensionData: false, Set: not null } && p.Name != tag)
            .Select(p => new MemberShape(p.Name, p.IsRequired, new Lazy<Shape>(() => Make(p.PropertyType, p.AttributeProvider, p.CustomConverter))))
            .ToArray();
        return new ObjectShape(members, tag, isOpen: info.Type == typeof(DynamicAgentConfig));
    }

    /// <summary>A string, an object, or a list of content blocks; also the list wrapped as <c>{"content":[…]}</c> (behaviour FN-5).</summary>
    private static AlternativesShape ToolResult()
    {
        var (text, any) = (new StringShape(values: null, notEmpty: false), new AnyShape());
        var blocks = new Lazy<Shape>(() => new ListShape(Of(typeof(ContentBlock))));
        var wrapped = new ObjectShape([new MemberShape("content", IsRequired: true, blocks)], tag: null, isOpen: false);
        return new AlternativesShape("a string, an object or a list of content blocks", (v, path) => v.ValueKind switch
        {
            JsonValueKind.String => text,
            JsonValueKind.Object => IsWrapped(v, path) ? wrapped : any,
            JsonValueKind.Array => blocks.Value,
            _ => null,
        });
    }

    /// <summary>An object that has nothing but a list of what call themselves content blocks is read as that list; any other is the tool's own.</summary>
    private static bool IsWrapped(JsonElement value, JsonPath path)
    {
        if (!JsonText.TryFind(value, "content"u8, path, out var content) || content.ValueKind != JsonValueKind.Array || value.GetPropertyCount() > 1)
        {
            return false;
        }

        path.Enter("content");
        var (index, areBlocks) = (0, true);
        foreach (var block in content.EnumerateArray())
        {
            path.Enter(index++);
            areBlocks &= block.ValueKind == JsonValueKind.Object && InteractionInput.IsContentType(TypeOf(block, path));
            path.Leave();
        }

        path.Leave();
        return areBlocks;
    }

    /// <summary>The text of the member <c>type</c>, or null.</summary>
    private static string? TypeOf(JsonElement value, JsonPath path)
    {
        if (!JsonText.TryFind(value, "type"u8, path, out var type) || type.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        path.Enter("type");
        var text = JsonText.Read(type, path);
        path.Leave();
        return text;
    }

    private static AlternativesShape Input()
    {
        var text = new StringShape(values: null, notEmpty: false);
        var item = new InputItemShape((UnionShape)Of(typeof(Step)), (UnionShape)Of(typeof(ContentBlock)));
        var list = new ListShape(item);
        return new AlternativesShape("a string, a content block, or a list of content blocks or steps", (v, _) => v.ValueKind switch
        {
            JsonValueKind.String => text,
            JsonValueKind.Object => item,
            JsonValueKind.Array => list,
            _ => null,
        });
    }

    /// <summary>An object whose <c>type</c> is a JSON Schema type, or that has none, is a schema for the text.</summary>
    private static AlternativesShape FormatOrSchema(UnionShape formats)
    {
        var schema = new AnyShape(objectOnly: true);
        return new AlternativesShape("an object", (v, path) => v.ValueKind != JsonValueKind.Object ? null : IsSchema(v, path) ? schema : formats);
    }

    /// <remarks><c>mime_type</c> and <c>schema</c> are no keywords of JSON Schema: an entry that has them and no <c>type</c> forgot it.</remarks>
    private static bool IsSchema(JsonElement value, JsonPath path)
    {
        if (!JsonText.TryFind(value, "type"u8, path, out var type))
        {
            return !JsonText.TryFind(value, "mime_type"u8, path, out _) && !JsonText.TryFind(value, "schema"u8, path, out _);
        }

        return type.ValueKind == JsonValueKind.Array || SchemaTypes.Contains(TypeOf(value, path));
    }

    private static Type[]? ElementOf(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition ? type.GetGenericArguments() : null;

    private static bool Has<T>(ICustomAttributeProvider? attributes)
        where T : Attribute => Get<T>(attributes) is not null;

    private static T? Get<T>(ICustomAttributeProvider? attributes)
        where T : Attribute => (T?)attributes?.GetCustomAttributes(typeof(T), inherit: true).FirstOrDefault();
}
