using System.Text.Json;
using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Tests.Schemas;

/// <summary>
/// The public JSON Schema test suite, as Debian has it (package json-schema-test-suite). Its newest draft is 7, most keywords of which mean the
/// same in 2020-12; what does not is left out here by name. The younger keywords are held by <see cref="KeywordTests"/> and <see cref="AjvTests"/>.
/// </summary>
public sealed class PublicSuiteTests
{
    private const string Folder = "/usr/share/json-schema-test-suite/tests/draft7";

    /// <summary>Whole files, and why.</summary>
    private static readonly Dictionary<string, string> LeftOut = new(StringComparer.Ordinal)
    {
        ["additionalItems.json"] = "the keyword went with 2020-12; 'items' has its meaning",
        ["dependencies.json"] = "the keyword became dependentRequired and dependentSchemas",
        ["definitions.json"] = "refers to the meta-schema of draft 7; nothing is fetched",
        ["refRemote.json"] = "nothing is fetched",
        ["optional/format/idn-email.json"] = "not asserted",
        ["optional/format/idn-hostname.json"] = "not asserted",
        ["optional/format/iri.json"] = "not asserted",
        ["optional/format/iri-reference.json"] = "not asserted",
        ["optional/format/json-pointer.json"] = "not asserted",
        ["optional/format/regex.json"] = "not asserted",
        ["optional/format/relative-json-pointer.json"] = "not asserted",
        ["optional/format/uri-reference.json"] = "not asserted",
        ["optional/format/uri-template.json"] = "not asserted",
        ["optional/ecmascript-regex.json"] = "is about the format 'regex', which is not asserted",
        ["optional/content.json"] = "asserts what 2020-12 only remarks",
    };

    /// <summary>Single cases, by a part of their description.</summary>
    private static readonly string[] LeftOutCases =
    [
        "remote ref, containing refs itself", // refers to the meta-schema
        "ref overrides any sibling keywords", // siblings count since 2019-09
        "Location-independent identifier", // '$anchor' since 2019-09
    ];

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Where(f => !LeftOut.ContainsKey(f)).Order(StringComparer.Ordinal)];

    [PublicSuiteTheory]
    [MemberData(nameof(Files))]
    public void Verdicts_are_those_of_the_public_suite(string file)
    {
        using var suite = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        var (cases, disagreements) = (0, new List<string>());
        foreach (var group in suite.RootElement.EnumerateArray().Where(g => !IsLeftOut(g)))
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                cases++;
                var expected = test.GetProperty("valid").GetBoolean() ? SchemaOutcome.Fits : SchemaOutcome.Unfit;
                if (Outcome(group.GetProperty("schema"), test.GetProperty("data")) is var found && found != expected.ToString())
                {
                    disagreements.Add($"{group.GetProperty("description")}: {test.GetProperty("description")}: {found} instead of {expected}");
                }
            }
        }

        Assert.Empty(disagreements);
        Assert.True(cases > 0, "The file has no case that was not left out.");
    }

    private static string Outcome(JsonElement schema, JsonElement data)
    {
        try
        {
            return JsonSchema.Compile(schema).Check(data).Outcome.ToString();
        }
        catch (JsonSchemaException exception)
        {
            return exception.Message;
        }
    }

    private static bool IsLeftOut(JsonElement group) =>
        LeftOutCases.Any(c => group.GetProperty("description").GetString()!.Contains(c, StringComparison.Ordinal)) || HasListOfItems(group.GetProperty("schema"));

    /// <summary>A list in <c>items</c> became <c>prefixItems</c>.</summary>
    private static bool HasListOfItems(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().Any(m => (m.Name == "items" && m.Value.ValueKind == JsonValueKind.Array) || HasListOfItems(m.Value)),
        JsonValueKind.Array => schema.EnumerateArray().Any(HasListOfItems),
        _ => false,
    };

    private sealed class PublicSuiteTheoryAttribute : TheoryAttribute
    {
        public PublicSuiteTheoryAttribute() => Skip = Directory.Exists(Folder) ? null : "Needs the Debian package json-schema-test-suite.";
    }
}
