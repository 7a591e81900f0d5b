namespace OpenInteractions.Engine.Schemas;

/// <summary>A subschema in the document.</summary>
/// <param name="Pointer">Where, from the document's root.</param>
/// <param name="Element">What stands there.</param>
/// <param name="Resource">What its references start from.</param>
internal sealed record SchemaLocation(string Pointer, JsonElement Element, SchemaResource Resource);

/// <summary>The document, or a part of it with an <c>$id</c> of its own: references within it start from there.</summary>
/// <param name="address">Its address; nothing is ever fetched from it.</param>
internal sealed class SchemaResource(Uri address)
{
    public Uri Address => address;

    public SchemaLocation? Root { get; set; }

    public Dictionary<string, SchemaLocation> Anchors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SchemaLocation> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}

/// <summary>Knows where a document's references lead. Only the document itself is looked at.</summary>
internal sealed class SchemaIndex
{
    // Of a document that has no address. The name cannot exist (RFC 2606).
    private static readonly Uri Nowhere = new("json-schema://document.invalid/");

    private readonly Dictionary<string, SchemaResource> _byAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaResource> _byPointer = new(StringComparer.Ordinal);
    private int _count;

    public SchemaIndex(JsonElement document)
    {
        Root = new SchemaResource(Nowhere);
        Root.Root = new SchemaLocation("", document, Root);
        _byAddress[Key(Nowhere)] = Root;
        Walk("", document, Root);
        Root = _byPointer.GetValueOrDefault("", Root);
    }

    public SchemaResource Root { get; }

    public IEnumerable<SchemaResource> Resources => _byAddress.Values.Distinct();

    /// <summary>The resource that a subschema belongs to, when its parent belongs to another.</summary>
    public SchemaResource ResourceAt(string pointer, SchemaResource parent) => _byPointer.GetValueOrDefault(pointer, parent);

    /// <summary>Follows a reference.</summary>
    /// <exception cref="JsonSchemaException">It leads out of the document, or to nothing.</exception>
    public SchemaLocation Find(string reference, SchemaLocation from)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var address = hash < 0 ? reference : reference[..hash];
        var resource = from.Resource;
        if (address.Length > 0 && !(Uri.TryCreate(from.Resource.Address, address, out var uri) && _byAddress.TryGetValue(Key(uri), out resource)))
        {
            throw new JsonSchemaException(from.Pointer, "refers to something outside of the schema, which is not fetched");
        }

        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(reference[(hash + 1)..]);
        return fragment.Length == 0 ? resource.Root!
            : fragment[0] == '/' ? FindPointer(fragment, resource.Root!, from)
            : resource.Anchors.GetValueOrDefault(fragment) ?? throw Nothing(from);
    }

    private SchemaLocation FindPointer(string pointer, SchemaLocation root, SchemaLocation from)
    {
        var at = root;
        foreach (var written in pointer[1..].Split('/'))
        {
            var name = written.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var next = at.Element.ValueKind switch
            {
                JsonValueKind.Object when at.Element.TryGetProperty(name, out var member) => member,
                JsonValueKind.Array when int.TryParse(name, out var index) && index >= 0 && index < at.Element.GetArrayLength() => at.Element[index],
                _ => throw Nothing(from),
            };
            var below = Below(at.Pointer, name);
            at = new SchemaLocation(below, next, ResourceAt(below, at.Resource));
        }

        return at;
    }

    private static JsonSchemaException Nothing(SchemaLocation from) => new(from.Pointer, "refers to something that the schema does not have");

    public static string Below(string pointer, string name) => $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>Finds addresses and anchors in all subschemas, which references may lead to before they are read.</summary>
    private void Walk(string pointer, JsonElement element, SchemaResource resource)
    {
        if (++_count > SchemaBounds.MaxNodes)
        {
            throw new JsonSchemaException("", $"has more than {SchemaBounds.MaxNodes} subschemas", isBeyondUs: true);
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (Text(element, "$id") is { } id)
        {
            resource = Open(pointer, element, id.TrimEnd('#'), resource);
        }

        var location = new SchemaLocation(pointer, element, resource);
        if (Text(element, "$anchor") is { } anchor)
        {
            resource.Anchors[anchor] = location;
        }

        if (Text(element, "$dynamicAnchor") is { } dynamicAnchor)
        {
            resource.Anchors[dynamicAnchor] = resource.DynamicAnchors[dynamicAnchor] = location;
        }

        foreach (var keyword in element.EnumerateObject())
        {
            foreach (var (below, subschema) in Subschemas(pointer, keyword))
            {
                Walk(below, subschema, resource);
            }
        }
    }

    private SchemaResource Open(string pointer, JsonElement element, string id, SchemaResource parent)
    {
        if (!Uri.TryCreate(parent.Address, id, out var address))
        {
            throw new JsonSchemaException(pointer, "has an '$id' that is no address");
        }

        var resource = new SchemaResource(address);
        resource.Root = new SchemaLocation(pointer, element, resource);
        _byAddress[Key(address)] = _byPointer[pointer] = resource;
        return resource;
    }

    private static IEnumerable<(string Pointer, JsonElement Schema)> Subschemas(string pointer, JsonProperty keyword)
    {
        var at = Below(pointer, keyword.Name);
        switch (keyword.Name)
        {
            case "items" or "additionalProperties" or "propertyNames" or "contains" or "not" or "if" or "then" or "else" or "unevaluatedItems" or "unevaluatedProperties":
                return [(at, keyword.Value)];
            case "allOf" or "anyOf" or "oneOf" or "prefixItems" when keyword.Value.ValueKind == JsonValueKind.Array:
                return keyword.Value.EnumerateArray().Select((s, i) => ($"{at}/{i}", s));
            case "properties" or "patternProperties" or "dependentSchemas" or "$defs" or "definitions" when keyword.Value.ValueKind == JsonValueKind.Object:
                return keyword.Value.EnumerateObject().Select(s => (Below(at, s.Name), s.Value));
            default:
                return [];
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Key(Uri address) => address.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.Fragment, UriFormat.UriEscaped);
}
