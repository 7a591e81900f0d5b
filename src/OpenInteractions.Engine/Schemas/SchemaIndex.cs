using System.Globalization;

namespace OpenInteractions.Engine.Schemas;

/// <summary>A subschema in the document.</summary>
/// <param name="Place">Where, from the document's root.</param>
/// <param name="Element">What stands there.</param>
/// <param name="Resource">What its references start from.</param>
internal sealed record SchemaLocation(SchemaPlace Place, JsonElement Element, SchemaResource Resource);

/// <summary>The document, or a part of it with an <c>$id</c> of its own: references within it start from there.</summary>
/// <param name="address">Its address; nothing is ever fetched from it.</param>
internal sealed class SchemaResource(Uri address)
{
    public Uri Address => address;

    public SchemaLocation? Root { get; set; }

    public Dictionary<string, SchemaLocation> Anchors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SchemaLocation> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}

/// <summary>Knows where a document's references lead. Only the document itself is looked at, without recursion and in a time that grows with its length.</summary>
internal sealed class SchemaIndex
{
    /// <summary>Members or items from which on a table of them is made when a reference passes through.</summary>
    private const int Many = 16;

    // Of a document that has no address. The name cannot exist (RFC 2606).
    private static readonly Uri Nowhere = new("json-schema://document.invalid/");

    private readonly Dictionary<string, SchemaResource> _byAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<SchemaPlace, SchemaResource> _byPlace = [];
    private readonly Dictionary<(SchemaPlace Parent, string Name), SchemaPlace> _places = [];
    private readonly Dictionary<SchemaPlace, Dictionary<string, JsonElement>> _members = [];
    private readonly Dictionary<SchemaPlace, JsonElement[]> _items = [];
    private readonly Queue<(SchemaPlace Place, JsonElement Element, SchemaResource Resource)> _open = [];

    /// <exception cref="JsonSchemaException">It has too many parts, or an address that is none.</exception>
    public SchemaIndex(JsonElement document)
    {
        var whole = SchemaPlace.Root();
        Root = new SchemaResource(Nowhere);
        Root.Root = new SchemaLocation(whole, document, Root);
        _byAddress[Key(Nowhere)] = Root;
        _open.Enqueue((whole, document, Root));
        for (var count = 1; _open.TryDequeue(out var next); count++)
        {
            SchemaBounds.RequireNodes(count);
            Read(next.Place, next.Element, next.Resource);
        }

        Root = _byPlace.GetValueOrDefault(whole, Root);
        Resources = [.. _byAddress.Values.Distinct()];
    }

    public SchemaResource Root { get; }

    public IReadOnlyList<SchemaResource> Resources { get; }

    /// <summary>A member or an item of a place; the same one each time.</summary>
    public SchemaPlace At(SchemaPlace parent, string name)
    {
        if (!_places.TryGetValue((parent, name), out var place))
        {
            _places[(parent, name)] = place = parent.Below(name);
        }

        return place;
    }

    /// <summary>The resource that a subschema belongs to, when its parent belongs to another.</summary>
    public SchemaResource ResourceAt(SchemaPlace place, SchemaResource parent) => _byPlace.GetValueOrDefault(place, parent);

    /// <summary>Follows a reference.</summary>
    /// <exception cref="JsonSchemaException">It leads out of the document, or to nothing.</exception>
    public SchemaLocation Find(string reference, SchemaLocation from)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var address = hash < 0 ? reference : reference[..hash];
        var resource = from.Resource;
        if (address.Length > 0 && !(Resolve(from.Resource.Address, address) is { } key && _byAddress.TryGetValue(key, out resource)))
        {
            throw new JsonSchemaException(from.Place.Pointer, "refers to something outside of the schema, which is not fetched");
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
                JsonValueKind.Object => Member(at, name),
                JsonValueKind.Array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.Element.GetArrayLength() => Item(at, index),
                _ => null,
            };
            var below = At(at.Place, name);
            at = new SchemaLocation(below, next ?? throw Nothing(from), ResourceAt(below, at.Resource));
        }

        return at;
    }

    // Thousands of references may pass through the same definitions: looking for each from the first to the last would take a time that grows with the square.
    private JsonElement? Member(SchemaLocation at, string name)
    {
        if (at.Element.GetPropertyCount() <= Many)
        {
            return at.Element.TryGetProperty(name, out var one) ? one : null;
        }

        if (!_members.TryGetValue(at.Place, out var members))
        {
            _members[at.Place] = members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var each in at.Element.EnumerateObject())
            {
                members[each.Name] = each.Value;
            }
        }

        return members.TryGetValue(name, out var member) ? member : null;
    }

    private JsonElement Item(SchemaLocation at, int index)
    {
        if (at.Element.GetArrayLength() <= Many)
        {
            return at.Element[index];
        }

        if (!_items.TryGetValue(at.Place, out var items))
        {
            _items[at.Place] = items = [.. at.Element.EnumerateArray()];
        }

        return items[index];
    }

    private static JsonSchemaException Nothing(SchemaLocation from) => new(from.Place.Pointer, "refers to something that the schema does not have");

    /// <summary>Finds addresses and anchors in a subschema, which references may lead to before it is read, and what is below it.</summary>
    private void Read(SchemaPlace place, JsonElement element, SchemaResource resource)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (Text(element, "$id") is { } id)
        {
            resource = Open(place, element, id.TrimEnd('#'), resource);
        }

        var location = new SchemaLocation(place, element, resource);
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
            foreach (var (below, subschema) in Subschemas(place, keyword))
            {
                _open.Enqueue((below, subschema, resource));
            }
        }
    }

    private SchemaResource Open(SchemaPlace place, JsonElement element, string id, SchemaResource parent)
    {
        if (id.Length > SchemaBounds.MaxAddress || _byPlace.Count >= SchemaBounds.MaxAddresses)
        {
            throw new JsonSchemaException(place.Below("$id").Pointer, $"is one '$id' too many, or too long: there may be {SchemaBounds.MaxAddresses}, each of {SchemaBounds.MaxAddress} characters");
        }

        if (!Uri.TryCreate(parent.Address, id, out var address) || KeyOf(address) is not { Length: <= 2 * SchemaBounds.MaxAddress } key)
        {
            throw new JsonSchemaException(place.Pointer, "has an '$id' that is no address");
        }

        var resource = new SchemaResource(address);
        resource.Root = new SchemaLocation(place, element, resource);
        _byAddress[key] = _byPlace[place] = resource;
        return resource;
    }

    private IEnumerable<(SchemaPlace Place, JsonElement Schema)> Subschemas(SchemaPlace place, JsonProperty keyword)
    {
        switch (keyword.Name)
        {
            case "items" or "additionalProperties" or "propertyNames" or "contains" or "not" or "if" or "then" or "else" or "unevaluatedItems" or "unevaluatedProperties":
                return [(At(place, keyword.Name), keyword.Value)];
            case "allOf" or "anyOf" or "oneOf" or "prefixItems" when keyword.Value.ValueKind == JsonValueKind.Array:
                var list = At(place, keyword.Name);
                return keyword.Value.EnumerateArray().Select((s, i) => (At(list, i.ToString(CultureInfo.InvariantCulture)), s));
            case "properties" or "patternProperties" or "dependentSchemas" or "$defs" or "definitions" when keyword.Value.ValueKind == JsonValueKind.Object:
                var map = At(place, keyword.Name);
                return keyword.Value.EnumerateObject().Select(s => (At(map, s.Name), s.Value));
            default:
                return [];
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Resolve(Uri from, string address) => address.Length <= SchemaBounds.MaxAddress && Uri.TryCreate(from, address, out var uri) ? KeyOf(uri) : null;

    /// <summary>Null for what .NET takes for an address at first, and not when it is asked for its parts.</summary>
    private static string? KeyOf(Uri address)
    {
        try
        {
            return Key(address);
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    private static string Key(Uri address) => address.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.Fragment, UriFormat.UriEscaped);
}
