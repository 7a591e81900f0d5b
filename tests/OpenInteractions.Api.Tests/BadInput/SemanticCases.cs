using OpenInteractions.Api.Tests.Interactions;

namespace OpenInteractions.Api.Tests.BadInput;

/// <summary>Creates whose fields are right one by one and wrong together, or wrong for what is stored.</summary>
internal static class SemanticCases
{
    private const string NotFound = "not_found";
    private const string Precondition = "failed_precondition";

    private const string User = """{"type":"user_input","content":[{"type":"text","text":"hi"}]}""";
    private const string Call = """{"type":"function_call","id":"c1","name":"get_weather","arguments":{}}""";
    private const string Result = """{"type":"function_result","call_id":"c1","result":"sunny"}""";

    public static IEnumerable<BadCase> All() => Targets().Concat(Inputs()).Concat(Pairing()).Concat(Chains()).Concat(Tools()).Concat(Settings()).Concat(Labels()).Concat(Media()).Concat(NotOffered());

    private static IEnumerable<BadCase> Targets()
    {
        yield return new("neither model nor agent", """{"input":"hi"}""", "'model'");
        yield return new("model and agent", """{"model":"demo","agent":"x","input":"hi"}""", "'agent'");
        yield return new("empty model", """{"model":"","input":"hi"}""", "'model'");
        yield return new("blank model", """{"model":"   ","input":"hi"}""", "'model'");
        yield return new("empty agent", """{"agent":"","input":"hi"}""", "'agent'");
        yield return new("unknown model", """{"model":"no-such-model","input":"hi"}""", "no-such-model", "model_not_found", 404);
        yield return new("unknown provider", """{"model":"nobody/any","input":"hi"}""", "nobody/any", "model_not_found", 404);
        yield return new("model of slashes", """{"model":"///","input":"hi"}""", "///", "model_not_found", 404);
        yield return new("bare prefix", """{"model":"models/","input":"hi"}""", "model", "model_not_found", 404);
        yield return new("provider without a model", """{"model":"demo/","input":"hi"}""", "demo/", "model_not_found", 404);
        yield return new("long unknown model", $$"""{"model":"{{new string('m', 256)}}","input":"hi"}""", "mmm", "model_not_found", 404);
        yield return new("model that is too long", $$"""{"model":"{{new string('m', 257)}}","input":"hi"}""", "'model' has 257 characters; an id has at most 256");
        yield return new("model of megabytes", $$"""{"model":"{{new string('m', 5_000_000)}}","input":"hi"}""", "at most 256");
        yield return new("agent that is too long", $$"""{"agent":"{{new string('m', 257)}}","input":"hi"}""", "'agent' has 257 characters; an id has at most 256");
        yield return new("agent's model that is too long", $$$"""{"agent":"x","input":"hi","agent_config":{"type":"antigravity","model":"{{{new string('m', 257)}}}"}}""", "'agent_config.model' has 257 characters; an id has at most 256");
        yield return new("unknown agent", """{"agent":"no-such-agent","input":"hi"}""", "no-such-agent", NotFound, 404);
        yield return new("agent_config for a model", """{"model":"demo","input":"hi","agent_config":{"type":"dynamic"}}""", "'agent_config'");
        yield return new("generation_config for an agent", """{"agent":"x","input":"hi","generation_config":{"temperature":1}}""", "'generation_config'");
    }

    private static IEnumerable<BadCase> Inputs()
    {
        yield return new("a thought alone", """{"model":"demo","input":[{"type":"thought","signature":"s"}]}""", "'input'");
        yield return new("empty output alone", """{"model":"demo","input":{"type":"model_output","content":[]}}""", "'input'");
        yield return new("no input", """{"model":"demo"}""", "'input'");
        yield return new("null input", """{"model":"demo","input":null}""", "'input'");
        yield return new("empty text", """{"model":"demo","input":""}""", "input");
        yield return new("empty list", """{"model":"demo","input":[]}""", "'input'");
        yield return new("empty text block", """{"model":"demo","input":[{"type":"text","text":""}]}""", "input[0]");
        yield return new("user step without content", """{"model":"demo","input":[{"type":"user_input","content":[]}]}""", "input[0].content");
        yield return new("second user step without content", $$"""{"model":"demo","input":[{{User}},{"type":"user_input","content":[]}]}""", "input[1].content");
        yield return new("too many steps", $$"""{"model":"demo","input":[{{string.Join(',', Enumerable.Repeat(User, 10_001))}}]}""", "10000");
        yield return new("background without store", """{"model":"demo","input":"hi","background":true,"store":false}""", "'background'");
    }

    private static IEnumerable<BadCase> Pairing()
    {
        yield return new("a history that ends in a call", With($"{User},{Call}"), "'c1'");
        yield return new("a history that ends in two calls", With($"{User},{Call},{Call.Replace("c1", "c2")}"), "'c2'");
        yield return new("one of two calls answered", With($"{User},{Call},{Call.Replace("c1", "c2")},{Result}"), "'c2'");
        yield return new("a user step before the result", With($"{User},{Call},{User},{Result}"), "input[2]");
        yield return new("a model step before the result", With($$"""{{User}},{{Call}},{"type":"model_output","content":[{"type":"text","text":"x"}]},{{Result}}"""), "input[2]");
        yield return new("a result without a call", With($"{User},{Result}"), "input[1].call_id");
        yield return new("only a result", With(Result), "input[0].call_id");
        yield return new("a result before its call", With($"{User},{Result},{Call}"), "input[1].call_id");
        yield return new("two results for a call", With($"{User},{Call},{Result},{Result}"), "input[3].call_id");
        yield return new("two calls of one id", With($"{User},{Call},{Call},{Result}"), "input[2].id");
        yield return new("a call answered twice, far apart", With($"{User},{Call},{Result},{User},{Result}"), "input[4].call_id");
        yield return new("a long call id", With($$"""{{User}},{"type":"function_result","call_id":"{{new string('c', 9000)}}","result":"x"}"""), "input[1].call_id");
        yield return new("pending calls are left", """{"model":"demo","input":"never mind","previous_interaction_id":"$ASKED"}""", "get_weather");
        yield return new("one of two pending calls is left", $$"""{"model":"demo","previous_interaction_id":"$ASKED","tools":{{Functions.Tools}},"input":[{"type":"function_result","call_id":"$CALL","result":"x"}]}""", "get_time");
        yield return new("a result for an unknown call of the parent", """{"model":"demo","previous_interaction_id":"$ASKED","input":[{"type":"function_result","call_id":"call_other","result":"x"}]}""", "input[0].call_id");
        yield return new("a result for a call that was answered", """{"model":"demo","previous_interaction_id":"$ANSWERED","input":[{"type":"function_result","call_id":"$CALL","result":"x"}]}""", "input[0].call_id");
        yield return new("a result for another branch's call", """{"model":"demo","previous_interaction_id":"$DONE","input":[{"type":"function_result","call_id":"$CALL","result":"x"}]}""", "input[0].call_id");
        yield return new("the results of the parent twice", """{"model":"demo","previous_interaction_id":"$ASKED","input":[{"type":"function_result","call_id":"$CALL","result":"x"},{"type":"function_result","call_id":"$CALL","result":"x"}]}""", "input[1].call_id");
        yield return new("a result without its parent", """{"model":"demo","input":[{"type":"function_result","call_id":"$CALL","result":"x"}]}""", "'previous_interaction_id'");
    }

    private static IEnumerable<BadCase> Chains()
    {
        yield return new("unknown parent", Continue("int_06gzsvnbrm0000000000000000000"), "'previous_interaction_id'", NotFound, 404);
        yield return new("parent of another form", Continue("v1_Chd5"), "v1_Chd5", NotFound, 404);
        yield return new("empty parent", Continue(""), "'previous_interaction_id'");
        yield return new("blank parent", Continue(" "), "interaction", NotFound, 404);
        yield return new("long parent", Continue(new string('i', 4000)), "iii", NotFound, 404);
        yield return new("parent with a line break", Continue("int_\\n1"), "int_", NotFound, 404);
        yield return new("parent with a null", Continue("int_\\u00001"), "int_", NotFound, 404);
        yield return new("parent with a wildcard", Continue("int_%"), "int_%", NotFound, 404);
        yield return new("parent with SQL", Continue("x' OR '1'='1"), "OR", NotFound, 404);
        yield return new("deleted parent", Continue("$DELETED"), "'previous_interaction_id'", NotFound, 404);
        yield return new("parent with a deleted ancestor", Continue("$ORPHAN"), "'previous_interaction_id'", NotFound, 404);
        yield return new("parent that was not stored", Continue("$UNSTORED"), "int_", NotFound, 404);
        yield return new("foreign parent", Continue("$FOREIGN"), "int_", NotFound, 404);
        yield return new("running parent", Continue("$RUNNING"), "of 'previous_interaction_id' is in_progress", Precondition);
        yield return new("failed parent", Continue("$FAILED"), "of 'previous_interaction_id' is failed", Precondition);
        yield return new("cancelled parent", Continue("$CANCELLED"), "cancelled", Precondition);
    }

    private static IEnumerable<BadCase> Tools()
    {
        yield return new("two tools of one name", Tool("""{"type":"function","name":"f"},{"type":"function","name":"f"}"""), "tools[1].name");
        yield return new("three tools, two of one name", Tool("""{"type":"function","name":"f"},{"type":"function","name":"g"},{"type":"function","name":"f"}"""), "tools[2].name");
        foreach (var name in (string[])["", " ", "a b", "1st", "a/b", "ü", "a\\nb", "-x", new string('n', 129)])
        {
            yield return new($"function name of {name.Length} characters {name[..Math.Min(4, name.Length)]}", Tool($$"""{"type":"function","name":"{{name}}"}"""), "tools[0].name");
        }

        foreach (var type in (string[])["\"string\"", "\"array\"", "[\"object\",\"null\"]", "7", "null"])
        {
            yield return new($"parameters of type {type}", Tool($$$"""{"type":"function","name":"f","parameters":{"type":{{{type}}}}}"""), "tools[0].parameters.type");
        }

        yield return new("too many tools", Tool(string.Join(',', Enumerable.Range(0, 513).Select(i => $$"""{"type":"function","name":"f{{i}}"}"""))), "tools");
        yield return new("any without tools", """{"model":"demo","input":"hi","generation_config":{"tool_choice":"any"}}""", "'generation_config.tool_choice'");
        yield return new("allowed tool that is not declared", Choice("""{"allowed_tools":{"mode":"auto","tools":["g"]}}"""), "tools[0]");
        yield return new("second allowed tool that is not declared", Choice("""{"allowed_tools":{"mode":"auto","tools":["f","g"]}}"""), "tools[1]");
        yield return new("any of no tools", Choice("""{"allowed_tools":{"mode":"any","tools":[]}}"""), "allowed_tools");
        yield return new("any of no list", Choice("""{"allowed_tools":{"mode":"any"}}"""), "allowed_tools");
    }

    private static IEnumerable<BadCase> Settings()
    {
        foreach (var (format, told) in (Dictionary<string, string>)new()
        {
            ["""{"mimetype":"application/json","shema":{"type":"object"}}"""] = "Unknown parameter 'response_format.mimetype'. Did you mean 'mime_type'?",
            ["""{"typ":"text"}"""] = "Unknown parameter 'response_format.typ'. Did you mean 'type'?",
            ["""{"json_schema":{"type":"object"}}"""] = "Unknown parameter 'response_format.json_schema'",
            ["""{"name":"x","strict":true,"schemas":{}}"""] = "Unknown parameter 'response_format.name'",
            ["""{"a":{}}"""] = "Unknown parameter 'response_format.a'",
            ["""{"type":"objekt"}"""] = "'response_format.type'",
            ["""{"type":[]}"""] = "'response_format.type'",
            ["""{"type":[null]}"""] = "'response_format.type'",
            ["""{"type":7}"""] = "'response_format.type'",
        })
        {
            yield return new($"format {format}", Plus($"\"response_format\":{format}"), told, told.StartsWith("Unknown", StringComparison.Ordinal) ? "parameter_unknown" : "invalid_request");
        }

        yield return new("empty format list", Plus("\"response_format\":[]"), "'response_format'");
        yield return new("two text formats", Plus("""  "response_format":[{"type":"text"},{"type":"text","mime_type":"application/json"}]"""), "response_format[1]");
        yield return new("schema of plain text", Plus("""  "response_format":{"type":"text","mime_type":"text/plain","schema":{"type":"object"}}"""), "response_format");
        foreach (var (schema, place) in (Dictionary<string, string>)new()
        {
            ["""{"properties":{"a":{"$ref":"#/$defs/none"}}}"""] = "'#/properties/a/%24ref' refers to something that the schema does not have",
            ["""{"items":{"$ref":"https://example.com/schema.json"}}"""] = "'#/items/%24ref' refers to something outside of the schema",
            ["""{"properties":{"a":{"type":"strin"}}}"""] = "'#/properties/a/type' must be",
            ["""{"properties":{"a":7}}"""] = "'#/properties/a' must be a schema",
            ["""{"items":"string"}"""] = "'#/items' must be a schema",
            ["""{"type":"object","properties":5}"""] = "'#/properties' must be an object with a schema for each name",
            ["""{"properties":{"a":{"required":"a"}}}"""] = "'#/properties/a/required' must be a list of names",
            ["""{"properties":{"a":{"anyOf":5}}}"""] = "'#/properties/a/anyOf' must be a list of schemas",
            ["""{"properties":{"a":{"enum":5}}}"""] = "'#/properties/a/enum' must be a list of values",
            ["""{"properties":{"a":{"pattern":5}}}"""] = "'#/properties/a/pattern' must be a regular expression",
            ["""{"properties":{"a":{"minItems":-1}}}"""] = "'#/properties/a/minItems' must be a whole number",
            ["""{"properties":{"a":{"minLength":"few"}}}"""] = "'#/properties/a/minLength' must be a whole number",
            ["""{"$ref":"#"}"""] = "'#/%24ref' refers to itself without an end",
            ["""{"properties":{"a":{"$ref":"#/properties/b"},"b":{"$ref":"#/properties/a"}}}"""] = "'#/properties/a/%24ref' refers to itself without an end",
        })
        {
            yield return new($"schema {schema}", Plus($$"""  "response_format":{"type":"text","mime_type":"application/json","schema":{{schema}}}"""), "Invalid JSON Schema in 'response_format.schema': " + place);
            yield return new($"listed schema {schema}", Plus($$"""  "response_format":[{"type":"text","mime_type":"application/json","schema":{{schema}}}]"""), "Invalid JSON Schema in 'response_format[0].schema': " + place);
            yield return new($"parameters {schema}", Plus($$"""  "tools":[{"type":"function","name":"f","parameters":{{schema}}}]"""), "Invalid JSON Schema in 'tools[0].parameters': " + place);
            yield return new($"bare schema {schema}", Plus($"\"response_format\":{schema}"), "Invalid JSON Schema in 'response_format': " + place);
        }

        yield return new("empty stop sequence", Plus("""  "generation_config":{"stop_sequences":["a",""]}"""), "generation_config.stop_sequences[1]");
        yield return new("unknown continuation token", Plus("\"continuation_token\":\"abc\""), "'continuation_token'");
        yield return new("webhook without background", Plus("""  "webhook_config":{"uris":["https://example.org"]}"""), "'webhook_config'");
    }

    private static IEnumerable<BadCase> Labels()
    {
        (string Key, string Value)[] wrong =
        [
            ("", "x"), ("Team", "x"), ("1team", "x"), ("te am", "x"), ("_x", "x"), ("-x", "x"), ("te.am", "x"), ("team\\n", "x"), (new string('k', 64), "x"),
            ("team", "A"), ("team", "a b"), ("team", "a.b"), ("team", new string('v', 64)), ("team", "\\u0000"),
        ];
        foreach (var (key, value) in wrong)
        {
            yield return new($"label {key[..Math.Min(8, key.Length)]}={value[..Math.Min(8, value.Length)]} of {key.Length}+{value.Length}", Plus($$"""  "labels":{"{{key}}":"{{value}}"}"""), "labels.");
        }

        yield return new("too many labels", Plus($$"""  "labels":{ {{string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"k{i}\":\"v\""))}} }"""), "labels");
    }

    private static IEnumerable<BadCase> Media()
    {
        foreach (var kind in (string[])["image", "audio", "video", "document"])
        {
            var place = "input[0]";
            yield return new($"{kind} of nothing", Block($$"""{"type":"{{kind}}"}"""), place);
            yield return new($"{kind} with data and uri", Block($$"""{"type":"{{kind}}","mime_type":"{{MimeOf(kind)}}","data":"AAAA","uri":"https://example.org/x"}"""), place);
            yield return new($"{kind} without a mime type", Block($$"""{"type":"{{kind}}","data":"AAAA"}"""), "mime_type");
            yield return new($"{kind} of no bytes", Block($$"""{"type":"{{kind}}","mime_type":"{{MimeOf(kind)}}","data":""}"""), "data");
            yield return new($"{kind} of bad base64", Block($$"""{"type":"{{kind}}","mime_type":"{{MimeOf(kind)}}","data":"A*=="}"""), "data");
            yield return new($"{kind} of unpadded base64", Block($$"""{"type":"{{kind}}","mime_type":"{{MimeOf(kind)}}","data":"AAA"}"""), "data");
            foreach (var uri in (string[])["", "x", "/etc/passwd", "file:///etc/passwd", "ftp://example.org/x", "gs://bucket/x", "data:image/png;base64,AAAA", "javascript:alert(1)"])
            {
                yield return new($"{kind} at '{uri}'", Block($$"""{"type":"{{kind}}","uri":"{{uri}}"}"""), "uri");
            }
        }

        yield return new("an image in a result", With($$$"""{{{User}}},{{{Call}}},{"type":"function_result","call_id":"c1","result":[{"type":"image"}]}"""), "input[2].result");
        yield return new("an image in a model step", With($$$"""{{{User}}},{"type":"model_output","content":[{"type":"image"}]},{{{User}}}"""), "input[1].content[0]");
        yield return new("an image in a second block", Block("""{"type":"text","text":"x"},{"type":"image"}"""), "'input[1]'");
    }

    private static IEnumerable<BadCase> NotOffered()
    {
        foreach (var tool in (string[])["google_search", "google_maps"])
        {
            yield return new($"tool {tool}", Tool($$"""{"type":"{{tool}}"}"""), $"The tool '{tool}' in 'tools[0]'", Precondition);
        }

        yield return new("file_search without stores", Tool("""{"type":"file_search"}"""), "'tools[0].file_search_store_names'");
        yield return new("file_search in what is no store", Tool("""{"type":"file_search","file_search_store_names":["fileSearchStores/a","files/b"]}"""), "'tools[0].file_search_store_names[1]'");
        yield return new("file_search in a store that is not there", Tool("""{"type":"file_search","file_search_store_names":["fileSearchStores/nowhere"]}"""), "'tools[0].file_search_store_names[0]'");
        yield return new(
            "file_search with half a filter", Tool("""{"type":"file_search","file_search_store_names":["fileSearchStores/a"],"metadata_filter":"year >="}"""), "'tools[0].metadata_filter'");
        foreach (var (what, environment) in ((string, string)[])[("that is empty", "\"\""), ("of a blank", "\" \""), ("of a source that leads out", """{"type":"remote","sources":[{"type":"inline","target":"/workspace/../etc/x","content":"x"}]}"""), ("of an unknown type", """{"type":"local"}""")])
        {
            yield return new($"an environment {what}", Plus($"\"environment\":{environment}"), "'environment");
        }

        yield return new("an environment that is not there", Plus("\"environment\":\"env_nowhere\""), "env_nowhere", "not_found", 404);

        yield return new("cached content", Plus("\"cached_content\":\"cachedContents/1\""), "'cached_content'", Precondition);
        yield return new("a webhook", Plus("""  "background":true,"webhook_config":{"uris":["https://example.org"]}"""), "'webhook_config'", Precondition);
        yield return new("an image from a model of text", Plus("""  "response_format":{"type":"image"}"""), "image", Precondition);
    }

    private static string MimeOf(string kind) => kind switch { "image" => "image/png", "audio" => "audio/wav", "video" => "video/mp4", _ => "application/pdf" };

    private static string With(string steps) => $$"""{"model":"demo","input":[{{steps}}]}""";

    private static string Block(string blocks) => $$"""{"model":"demo","input":[{{blocks}}]}""";

    private static string Continue(string id) => $$"""{"model":"demo","input":"hi","previous_interaction_id":"{{id}}"}""";

    private static string Tool(string tools) => $$"""{"model":"demo","input":"hi","tools":[{{tools}}]}""";

    private static string Choice(string choice) => $$$"""{"model":"demo","input":"hi","tools":[{"type":"function","name":"f"}],"generation_config":{"tool_choice":{{{choice}}}}}""";

    private static string Plus(string member) => $$"""{"model":"demo","input":"hi",{{member}}}""";
}
