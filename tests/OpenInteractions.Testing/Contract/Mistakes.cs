using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Contract;

/// <summary>The mistakes that a caller can make at a place of the contract.</summary>
internal static class Mistakes
{
    private const string HalfPair = "\\ud83d";

    private static readonly (JsonValueKind Kind, string Raw)[] OneOfEachKind =
    [
        (JsonValueKind.String, "\"text\""),
        (JsonValueKind.Number, "7"),
        (JsonValueKind.True, "true"),
        (JsonValueKind.Array, "[]"),
        (JsonValueKind.Object, "{}"),
        (JsonValueKind.Null, "null"),
    ];

    private static readonly string[] BadMediaTypes = ["image", "image/", "/png", "image/png\\r\\nx", "text/evil\\r\\n\\\"x", "image/png;a", "imäge/png"];
    private static readonly string[] BadBase64 = ["not base64!", "QUJ", "QUJDRA", "QUJDRA=", "QUJ_LQ==", "QUJD\\nREVG", "data:image/png;base64,QUJD", "=QUJD", "QUJDé"];

    /// <summary>Every valid body with one mistake at one place.</summary>
    public static IEnumerable<BadRequest> InContract()
    {
        foreach (var (name, json) in RichBodies.All)
        {
            var body = JsonNode.Parse(json)!;
            foreach (var (mistake, edit, path) in Place.In(body).SelectMany(At))
            {
                var where = string.Concat(edit.Pointer.Select(p => $"/{p}"));
                yield return new BadRequest(mistake, $"{mistake}: {name} {where} {edit.Raw}".TrimEnd(), path, () => edit.Apply(body));
            }
        }
    }

    private static IEnumerable<(string Mistake, JsonEdit Edit, string? Path)> At(Place place) =>
        OfNames(place).Concat(OfMembers(place)).Concat(OfKinds(place)).Concat(OfTexts(place)).Concat(OfNumbers(place));

    private static IEnumerable<(string Mistake, JsonEdit Edit, string? Path)> OfNames(Place place)
    {
        if (place.Form is ObjectSlot { IsOpen: false })
        {
            yield return ("unknown field", new JsonEdit(EditKind.Append, place.Pointer, "\"zz_unknown\":1"), place.PathTo("zz_unknown"));
        }

        if (place.Kind == JsonValueKind.Object)
        {
            yield return ("half a surrogate pair in a name", new JsonEdit(EditKind.Append, place.Pointer, $"\"a{HalfPair}\":1"), place.Path);
            yield return ("half a surrogate pair in a name", new JsonEdit(EditKind.Append, place.Pointer, "\"\\udc4d\":1"), place.Path);
        }
    }

    private static IEnumerable<(string Mistake, JsonEdit Edit, string? Path)> OfMembers(Place place)
    {
        if (place.Name is not { } name)
        {
            yield break;
        }

        yield return ("duplicated key", new JsonEdit(EditKind.Repeat, place.Pointer), place.Path);

        // Without its type, an entry of response_format is a JSON Schema; with these members it is one that forgot it.
        var mayBeAbsent = place.IsTagOrSchema && place.Parent!.Value!.AsObject().All(m => m.Key is not ("mime_type" or "schema"));
        if (place.IsRequired && place.Parent!.Form is ObjectSlot && !mayBeAbsent)
        {
            yield return ("missing required", new JsonEdit(EditKind.Remove, place.Pointer), place.Path);
        }

        if (place.Parent!.Form is ObjectSlot { IsOpen: false } owner && !mayBeAbsent)
        {
            foreach (var misspelt in new[] { Swapped(name), CamelCase(name), name + "s" }.Where(n => n != name && owner.Members.All(m => m.Name != n)).Distinct())
            {
                yield return ("misspelt field", new JsonEdit(EditKind.Rename, place.Pointer, $"\"{misspelt}\""), place.IsTag ? place.Path : place.Parent.PathTo(misspelt));
            }
        }
    }

    private static IEnumerable<(string Mistake, JsonEdit Edit, string? Path)> OfKinds(Place place)
    {
        foreach (var (kind, raw) in OneOfEachKind)
        {
            var belongs = place.Slot is null || place.Slot.Kinds.Contains(kind)
                || (kind == JsonValueKind.Null && !place.IsRequired)
                || (kind == JsonValueKind.Array && place.IsTagOrSchema);
            if (!belongs)
            {
                yield return (kind == JsonValueKind.Null ? "null for required" : "wrong type", new JsonEdit(EditKind.Replace, place.Pointer, raw), place.Path);
            }
        }
    }

    private static IEnumerable<(string Mistake, JsonEdit Edit, string? Path)> OfTexts(Place place)
    {
        if (place.Kind != JsonValueKind.String)
        {
            yield break;
        }

        yield return Wrong("half a surrogate pair in a text", $"\"{HalfPair}\"");
        yield return Wrong("half a surrogate pair in a text", $"\"before {HalfPair} after\"");
        yield return Wrong("half a surrogate pair in a text", "\"\\udc4d\\ud83d\"");
        var text = place.Form as TextSlot;
        if (text?.NotEmpty == true)
        {
            yield return Wrong("empty text", "\"\"");
        }

        foreach (var value in new[] { "no_such_value", ((string)place.Value!).ToUpperInvariant(), (string)place.Value! + " " }.Where(v => text?.Values?.Contains(v) == false).Distinct())
        {
            yield return Wrong("wrong enum value", $"\"{value}\"");
        }

        foreach (var type in text?.IsMediaType == true ? BadMediaTypes : [])
        {
            yield return Wrong("bad media type", $"\"{type}\"");
        }

        foreach (var data in text?.IsBase64 == true ? BadBase64 : [])
        {
            yield return Wrong("bad base64", $"\"{data}\"");
        }

        (string, JsonEdit, string?) Wrong(string mistake, string raw) => (mistake, new JsonEdit(EditKind.Replace, place.Pointer, raw), place.Path);
    }

    private static IEnumerable<(string Mistake, JsonEdit Edit, string? Path)> OfNumbers(Place place)
    {
        if (place.Slot is not NumberSlot number)
        {
            return [];
        }

        var values = new List<string> { "1e999", "-1e999" };
        if (number.IsInteger)
        {
            values.AddRange(["1.5", "1e2", "99999999999999999999", "-99999999999999999999"]);
        }

        foreach (var outside in new[] { number.Minimum - 1, number.Maximum + 1 }.Where(double.IsFinite))
        {
            values.Add(outside.ToString(CultureInfo.InvariantCulture));
        }

        if (number.IsText)
        {
            values.AddRange(["\"\"", "\"+1\"", "\" 1\"", "\"1\\u0000\"", "\"1.5\"", "\"0x10\"", "\"99999999999999999999\""]);
        }

        return values.Select(v => ("number out of range", new JsonEdit(EditKind.Replace, place.Pointer, v), place.Path));
    }

    private static string Swapped(string name) => name.Length < 3 ? name + "x" : name[0] + string.Concat(name[2], name[1]) + name[3..];

    private static string CamelCase(string name) => JsonNamingPolicy.CamelCase.ConvertName(string.Concat(name.Split('_').Select(p => p.Length == 0 ? "" : char.ToUpperInvariant(p[0]) + p[1..])));
}
