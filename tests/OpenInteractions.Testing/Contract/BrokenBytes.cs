using System.Text;
using System.Text.Json;

namespace OpenInteractions.Testing.Contract;

/// <summary>Bodies that are no JSON object at all, or not one that a server may read.</summary>
internal static class BrokenBytes
{
    private const string Small = """{"model":"demo","input":"hello"}""";

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static IEnumerable<BadRequest> All() => Truncated().Concat(InvalidUtf8()).Concat(TooDeep()).Concat(NotAnObject()).Concat(Trailing()).Concat(ByteOrderMarks()).Concat(NotJson()).Concat(Retired());

    /// <summary>Cut before, inside and after every token of two bodies that have every kind of token.</summary>
    private static IEnumerable<BadRequest> Truncated()
    {
        foreach (var (name, json) in RichBodies.All.Where(b => b.Name is "every-content-block" or "agent-dynamic"))
        {
            var body = Encoding.UTF8.GetBytes(json);
            var end = Array.LastIndexOf(body, (byte)'}');
            foreach (var (cut, token) in Cuts(body).Where(c => c.Offset <= end).DistinctBy(c => c.Offset))
            {
                yield return new BadRequest("truncated " + token, $"truncated {token}: {name} at byte {cut}", Path: null, () => body[..cut]);
            }
        }
    }

    private static List<(int Offset, string Token)> Cuts(byte[] body)
    {
        var cuts = new List<(int, string)>();
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            cuts.Add((start, $"before {reader.TokenType}"));
            cuts.Add((start + ((int)reader.BytesConsumed - start) / 2, $"inside {reader.TokenType}"));
            cuts.Add(((int)reader.BytesConsumed, $"after {reader.TokenType}"));
        }

        return cuts;
    }

    private static IEnumerable<BadRequest> InvalidUtf8()
    {
        (string Name, byte[] Bytes)[] sequences =
        [
            ("a lone continuation byte", [0x80]),
            ("a byte that is never used", [0xFF]),
            ("an overlong slash", [0xC0, 0xAF]),
            ("an encoded surrogate", [0xED, 0xA0, 0xBD]),
            ("a character behind the last one", [0xF4, 0x90, 0x80, 0x80]),
            ("a cut sequence of three", [0xE2, 0x82]),
            ("a cut sequence of four", [0xF0, 0x9F, 0x91]),
            ("Latin-1", [0xFC]),
        ];
        foreach (var (name, bytes) in sequences)
        {
            foreach (var (place, before) in new[] { ("in a value", """{"model":"demo","input":"hel"""), ("in a name", """{"model":"demo","inp"""), ("between tokens", """{"model":"demo",""") })
            {
                var at = Encoding.UTF8.GetByteCount(before);
                var body = Encoding.UTF8.GetBytes(Small);
                yield return new BadRequest("invalid UTF-8", $"invalid UTF-8: {name} {place}", Path: null, () => [.. body[..at], .. bytes, .. body[at..]]);
            }
        }
    }

    private static IEnumerable<BadRequest> TooDeep()
    {
        foreach (var depth in new[] { 65, 66, 200, 5_000, 100_000 })
        {
            // The body itself is one level, and so is each container on the way to the place.
            (string Name, string Before, string After, int Around)[] places =
            [
                ("as the input", "{\"model\":\"demo\",\"input\":", "}", 1),
                ("as an unknown field", "{\"model\":\"demo\",\"input\":\"x\",\"extra\":", "}", 1),
                ("in a schema", "{\"model\":\"demo\",\"input\":\"x\",\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"x\":", "}}]}", 4),
                ("in the arguments of a call", "{\"model\":\"demo\",\"input\":[{\"type\":\"function_call\",\"id\":\"c\",\"name\":\"f\",\"arguments\":{\"x\":", "}}]}", 4),
            ];
            foreach (var (name, before, after, around) in places)
            {
                var levels = depth - around;
                yield return Text("too deep", $"too deep: {depth} levels of lists {name}", before + new string('[', levels) + new string(']', levels) + after);
                yield return Text("too deep", $"too deep: {depth} levels of objects {name}", before + string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1) + after);
            }

            yield return Text("too deep", $"too deep: {depth} levels that never end", new string('[', depth));
        }
    }

    private static IEnumerable<BadRequest> NotAnObject() =>
        new[] { "", " ", "\r\n\t ", "null", "true", "false", "0", "-1.5e3", "\"text\"", "[]", $"[{Small}]", "\"" + Small.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"" }
            .Select((text, i) => Text("not an object", $"not an object: {i} {text.Trim()}", text));

    private static IEnumerable<BadRequest> Trailing() =>
        new[] { "x", "{}", ",", "]", "}", "\"", "0", Small, "\n" + Small, "\0", "//", "/**/", "[DONE]", "&a=b" }
            .Select((text, i) => Text("trailing garbage", $"trailing garbage: {i} {text.Trim()}", Small + text));

    private static IEnumerable<BadRequest> ByteOrderMarks()
    {
        var body = Encoding.UTF8.GetBytes(Small);
        (string Name, byte[] Bytes)[] variants =
        [
            ("alone", ByteOrderMark.ToArray()),
            ("twice", [.. ByteOrderMark, .. ByteOrderMark, .. body]),
            ("cut", [.. ByteOrderMark[..2], .. body]),
            ("at the end", [.. body, .. ByteOrderMark]),
            ("after a space", [(byte)' ', .. ByteOrderMark, .. body]),
            ("of UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Small)]),
            ("of UTF-16, big-endian", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Small)]),
            ("of UTF-32", [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes(Small)]),
            ("none, but UTF-16", Encoding.Unicode.GetBytes(Small)),
            ("none, but UTF-16, big-endian", Encoding.BigEndianUnicode.GetBytes(Small)),
        ];
        return variants.Select(v => new BadRequest("byte order mark", $"byte order mark: {v.Name}", Path: null, () => v.Bytes));
    }

    private static IEnumerable<BadRequest> NotJson() =>
        new[]
        {
            "model=demo&input=hello", "<interaction/>", "{'model':'demo','input':'x'}", "{model:\"demo\",\"input\":\"x\"}", "{\"model\":\"demo\",\"input\":\"x\",}", "{\"model\":\"demo\",,\"input\":\"x\"}",
            "{\"model\" \"demo\"}", "{\"model\":\"demo\" \"input\":\"x\"}", "{\"model\":}", "{:1}", "{\"model\"}", "{\"model\":\"demo\",\"input\":NaN}", "{\"model\":\"demo\",\"input\":Infinity}",
            "{\"model\":\"demo\",\"input\":undefined}", "{\"model\":\"demo\",\"input\":True}", "{\"model\":\"demo\",\"input\":nul}", "{\"model\":\"demo\",\"input\":01}", "{\"model\":\"demo\",\"input\":1.}",
            "{\"model\":\"demo\",\"input\":.5}", "{\"model\":\"demo\",\"input\":+1}", "{\"model\":\"demo\",\"input\":1e}", "{\"model\":\"demo\",\"input\":0x10}", "{\"model\":\"demo\",\"input\":\"\\x41\"}",
            "{\"model\":\"demo\",\"input\":\"\\u12\"}", "{\"model\":\"demo\",\"input\":\"line\nbreak\"}", "{\"model\":\"demo\",\"input\":\"tab\there\"}", "{\"model\":\"demo\",\"input\":\"nul\0\"}",
            "{\"model\":\"demo\"/*c*/,\"input\":\"x\"}", "// c\n" + Small, "{\"model\":\"demo\",\"input\":[1,]}", "{\"model\":\"demo\",\"input\":[\"x\"}]", "data: " + Small, ")]}'\n" + Small,
            "--boundary\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ndemo\r\n--boundary--",
        }.Select((text, i) => Text("not JSON", $"not JSON: {i}", text));

    /// <summary>What clients of the retired schemas send (behaviour TR-7).</summary>
    private static IEnumerable<BadRequest> Retired() =>
        new (string Json, string Path)[]
        {
            ("""{"model":"demo","input":[{"role":"user","content":"hello"}]}""", "input[0]"),
            ("""{"model":"demo","input":[{"role":"user","content":[{"type":"text","text":"hello"}]},{"role":"model","content":"hi"}]}""", "input[0]"),
            ("""{"model":"demo","input":{"role":"user","parts":[{"text":"hello"}]}}""", "input"),
            ("""{"model":"demo","input":[{"type":"text","text":"a"},{"role":"user","content":"hello"}]}""", "input[1]"),
            ("""{"model":"demo","contents":[{"role":"user","parts":[{"text":"hello"}]}]}""", "contents"),
            ("""{"model":"demo","input":"hello","outputs":[]}""", "outputs"),
            ("""{"model":"demo","input":[{"parts":[{"text":"hello"}]}]}""", "input[0].type"),
            ("""{"model":"demo","messages":[{"role":"user","content":"hello"}]}""", "messages"),
            ("""{"model":"demo","input":["hello"]}""", "input[0]"),
            ("""{"model":"demo","input":[["hello"]]}""", "input[0]"),
            ("""{"model":"demo","input":[null]}""", "input[0]"),
        }.Select((r, i) => new BadRequest("retired shape", $"retired shape: {i} at {r.Path}", r.Path, () => Encoding.UTF8.GetBytes(r.Json)));

    private static BadRequest Text(string mistake, string name, string text) => new(mistake, name, Path: null, () => Encoding.UTF8.GetBytes(text));
}
