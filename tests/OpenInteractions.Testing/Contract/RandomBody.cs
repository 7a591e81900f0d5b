using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Contract;

/// <summary>Makes valid bodies from the contract types, the same for the same seed.</summary>
/// <param name="seed">Chooses the body.</param>
/// <param name="normal">True for the one form in which values are written again: <c>input</c> as steps, lists present, no nulls, no int64 as a number.</param>
public sealed class RandomBody(int seed, bool normal)
{
    private const int MaxDepth = 7;
    private static readonly string[] Texts = ["", "a", "hello", "Zürich", "😀👍", "\u0000\u001f", "\u2028\ufeff", "\"\\/\b\f\n\r\t", "e\u0301", "<script>&amp;</script>", "null", "{}", "0"];
    private static readonly string[] MediaTypes = ["", "image/png", "audio/l16;rate=24000", "application/pdf", "x/y; a=\"b c\""];
    private static readonly string[] ListsReadAsEmpty = ["content", "queries", "urls"];
    private readonly Random _random = new(seed);

    public JsonObject Make() => (JsonObject)Value(Slots.CreateInteraction, depth: 0)!;

    private JsonNode? Value(Slot slot, int depth) => slot switch
    {
        TextSlot text => Text(text),
        FlagSlot => _random.Next(2) == 0,
        NumberSlot number => Number(number),
        FreeSlot { ObjectOnly: true } => FreeObject(depth),
        FreeSlot => Free(depth),
        ListSlot list => new JsonArray([.. Enumerable.Range(0, Count(depth)).Select(_ => Value(list.Item, depth + 1))]),
        MapSlot map => new JsonObject(Names(Count(depth)).Select(n => KeyValuePair.Create(n, Value(map.Item, depth + 1)))),
        ObjectSlot members => Object(members, depth),
        UnionSlot union => Variant(union, depth),
        ChoiceSlot choice => Value(Form(choice), depth),
        _ => throw new NotSupportedException(slot.ToString()),
    };

    private Slot Form(ChoiceSlot choice)
    {
        // Input is the one choice whose single form is not written as it was read.
        var isInput = choice.Forms.TryGetValue(JsonValueKind.Object, out var item) && item.Value is UnionSlot { OrSchema: false } union && union.Variants.ContainsKey("user_input");
        return normal && isInput
            ? new ListSlot(new UnionSlot("type", ((UnionSlot)item!.Value).Variants.Where(v => v.Key is not ("text" or "image" or "audio" or "video" or "document")).ToDictionary(v => v.Key, v => v.Value), OrSchema: false))
            : choice.Forms.Values.ElementAt(_random.Next(choice.Forms.Count)).Value;
    }

    private JsonObject Variant(UnionSlot union, int depth) =>
        union.OrSchema && _random.Next(4) == 0
            ? new JsonObject { ["type"] = "object", ["properties"] = FreeObject(depth + 1) }
            : Object(union.Variants.Values.ElementAt(_random.Next(union.Variants.Count)).Value, depth);

    private JsonObject Object(ObjectSlot slot, int depth)
    {
        var members = new List<KeyValuePair<string, JsonNode?>>();
        if (slot.Tag is { } tag)
        {
            members.Add(new(tag, slot.TagValue));
        }

        foreach (var member in slot.Members)
        {
            var mustBe = member.IsRequired || (normal && ListsReadAsEmpty.Contains(member.Name));
            if (mustBe || (depth < MaxDepth && _random.Next(depth < 2 ? 2 : 3) == 0))
            {
                var value = !mustBe && !normal && _random.Next(6) == 0 ? null : Value(member.Slot.Value, depth + 1);
                if (value is not null || !normal)
                {
                    // A null is written as nothing, so the normal form has none.
                    members.Add(new(member.Name, value));
                }
            }
        }

        if (slot.IsOpen)
        {
            members.AddRange(Names(2).Select(n => KeyValuePair.Create("x_" + n, Free(depth + 1))));
        }

        var shuffled = members.ToArray();
        _random.Shuffle(shuffled);
        return new JsonObject(shuffled);
    }

    private string Text(TextSlot slot)
    {
        if (slot.Values is { } values)
        {
            return values[_random.Next(values.Count)];
        }

        if (slot.IsBase64)
        {
            var data = new byte[_random.Next(12)];
            _random.NextBytes(data);
            return Convert.ToBase64String(data);
        }

        if (slot.IsMediaType)
        {
            return MediaTypes[_random.Next(MediaTypes.Length)];
        }

        var text = Texts[_random.Next(Texts.Length)];
        return slot.NotEmpty && text.Length == 0 ? "x" : text;
    }

    private JsonNode Number(NumberSlot slot)
    {
        if (!slot.IsInteger)
        {
            var (low, high) = (Math.Max(slot.Minimum, -1e6), Math.Min(slot.Maximum, 1e6));
            return _random.Next(4) switch { 0 => low, 1 => high, _ => low + (_random.NextDouble() * (high - low)) };
        }

        var (least, most) = ((long)Math.Max(slot.Minimum, long.MinValue), slot.Maximum >= long.MaxValue ? long.MaxValue : (long)slot.Maximum);
        var number = _random.Next(4) switch { 0 => least, 1 => most, _ => _random.NextInt64(least, most) };
        return slot.IsText && (normal || _random.Next(2) == 0) ? JsonValue.Create(number.ToString(System.Globalization.CultureInfo.InvariantCulture)) : JsonValue.Create(number);
    }

    private JsonNode? Free(int depth) => _random.Next(depth < MaxDepth ? 7 : 5) switch
    {
        0 => null,
        1 => _random.Next(2) == 0,
        2 => _random.NextInt64(),
        3 => _random.NextDouble() * Math.Pow(10, _random.Next(-300, 300)),
        4 => Texts[_random.Next(Texts.Length)],
        5 => new JsonArray([.. Enumerable.Range(0, Count(depth)).Select(_ => Free(depth + 1))]),
        _ => FreeObject(depth),
    };

    private JsonObject FreeObject(int depth) => new(Names(Count(depth)).Select(n => KeyValuePair.Create(n, Free(depth + 1))));

    private int Count(int depth) => depth >= MaxDepth ? 0 : _random.Next(4);

    private List<string> Names(int count) => [.. Enumerable.Range(0, count).Select(_ => Texts[_random.Next(Texts.Length)] + _random.Next(100)).Distinct()];
}
