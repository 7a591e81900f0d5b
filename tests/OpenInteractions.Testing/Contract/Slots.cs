using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Testing.Contract;

/// <summary>Reads the contract types: their JSON members, their attributes, the variants of their unions.</summary>
public static class Slots
{
    /// <summary>The body of a create.</summary>
    public static ObjectSlot CreateInteraction { get; } = ObjectOf(typeof(CreateInteractionRequest), tag: null, tagValue: null);

    private static Slot Of(Type type, ICustomAttributeProvider? attributes = null)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return new TextSlot(Get<WireEnumAttribute>(attributes)?.Values, Get<NotEmptyAttribute>(attributes) is not null, Get<Base64Attribute>(attributes) is not null, Get<MediaTypeAttribute>(attributes) is not null);
        }

        if (type == typeof(bool))
        {
            return new FlagSlot();
        }

        if (type == typeof(int) || type == typeof(long) || type == typeof(double))
        {
            var range = Get<WireRangeAttribute>(attributes);
            var (lowest, highest) = type == typeof(int) ? (int.MinValue, int.MaxValue) : (double.NegativeInfinity, double.PositiveInfinity);
            return new NumberSlot(type != typeof(double), range?.Minimum ?? lowest, range?.Maximum ?? highest, Get<JsonNumberHandlingAttribute>(attributes) is not null);
        }

        if (type == typeof(JsonElement))
        {
            return Get<ToolResultAttribute>(attributes) is not null
                ? Choice((JsonValueKind.String, () => new TextSlot()), (JsonValueKind.Object, () => new FreeSlot(ObjectOnly: true)), (JsonValueKind.Array, () => new ListSlot(Of(typeof(ContentBlock)))))
                : new FreeSlot(Get<JsonObjectAttribute>(attributes) is not null);
        }

        return OfComposite(type, attributes);
    }

    private static Slot OfComposite(Type type, ICustomAttributeProvider? attributes)
    {
        var text = new TextSlot(Get<WireEnumAttribute>(attributes)?.Values, NotEmpty: true);
        if (type == typeof(InteractionInput))
        {
            var item = new UnionSlot("type", Union(typeof(ContentBlock)).Variants.Concat(Union(typeof(Step)).Variants).ToDictionary(v => v.Key, v => v.Value), OrSchema: false);
            return Choice((JsonValueKind.String, () => new TextSlot()), (JsonValueKind.Object, () => item), (JsonValueKind.Array, () => new ListSlot(item)));
        }

        if (type == typeof(SpeechConfig))
        {
            return Choice((JsonValueKind.Array, () => new ListSlot(Of(typeof(SpeakerVoice)))), (JsonValueKind.Object, () => Of(typeof(SpeechConfigObject))));
        }

        if (type == typeof(NetworkAllowlist))
        {
            return Choice((JsonValueKind.String, () => text), (JsonValueKind.Array, () => new ListSlot(Of(typeof(AllowlistEntry)))));
        }

        if (type.IsGenericType)
        {
            var (definition, arguments) = (type.GetGenericTypeDefinition(), type.GetGenericArguments());
            return definition == typeof(StringOr<>) ? Choice((JsonValueKind.String, () => text), (JsonValueKind.Object, () => Of(arguments[0])))
                : definition == typeof(OneOrMany<>) ? Choice((JsonValueKind.Object, () => Of(arguments[0])), (JsonValueKind.Array, () => new ListSlot(Of(arguments[0]))))
                : definition == typeof(IReadOnlyDictionary<,>) ? new MapSlot(Of(arguments[1]))
                : definition == typeof(IReadOnlyList<>) ? new ListSlot(Of(arguments[0], attributes))
                : throw new NotSupportedException($"The contract has a {type}, which this reading does not know.");
        }

        return type.IsAbstract ? Union(type) : ObjectOf(type, tag: null, tagValue: null);
    }

    private static UnionSlot Union(Type type)
    {
        var variants =
            from variant in type.Assembly.GetTypes()
            where variant.IsSubclassOf(type) && !variant.IsAbstract
            let name = (string?)variant.GetField("TypeName")?.GetRawConstantValue()
            where name is not null
            select (name, slot: new Lazy<ObjectSlot>(() => ObjectOf(variant, "type", name)));
        return new UnionSlot("type", variants.ToDictionary(v => v.name, v => v.slot), OrSchema: type == typeof(ResponseFormat));
    }

    private static ObjectSlot ObjectOf(Type type, string? tag, string? tagValue)
    {
        var info = WireJson.Wire.GetTypeInfo(type) ?? throw new NotSupportedException($"{type} is not part of the wire context.");
        var members = info.Properties
            .Where(p => !p.IsExtensionData && p.Name != tag)
            .Select(p => new Member(p.Name, p.IsRequired, new Lazy<Slot>(() => Of(p.PropertyType, p.AttributeProvider))));
        return new ObjectSlot(tag, tagValue, [.. members], IsOpen: type == typeof(DynamicAgentConfig));
    }

    private static ChoiceSlot Choice(params (JsonValueKind Kind, Func<Slot> Slot)[] forms) => new(forms.ToDictionary(f => f.Kind, f => new Lazy<Slot>(f.Slot)));

    private static T? Get<T>(ICustomAttributeProvider? attributes)
        where T : Attribute => attributes?.GetCustomAttributes(typeof(T), inherit: true).Cast<T>().FirstOrDefault();
}
