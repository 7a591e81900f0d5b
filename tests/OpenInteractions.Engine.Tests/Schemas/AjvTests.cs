using System.Diagnostics;
using System.Text.Json;
using OpenInteractions.Engine.Schemas;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Schemas;

/// <summary>Random schemas and random values, judged by us and by the JavaScript validator ajv.</summary>
public sealed class AjvTests
{
    private const int ValuesOfEach = 12;

    private static int Schemas => Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_LONG") == "1" ? 20_000 : 1500;

    [AjvFact]
    public async Task Both_give_the_same_verdicts()
    {
        var random = new RandomSchema(new Random((int)(PropertySeed.Seed % int.MaxValue)));
        var cases = Enumerable.Range(0, Schemas)
            .Select(_ => (Schema: random.Schema(3).ToJsonString(), Values: Enumerable.Range(0, ValuesOfEach).Select(_ => random.Value(3)?.ToJsonString() ?? "null").ToList()))
            .ToList();

        var theirs = await Ajv.JudgeAsync(cases.Select(c => $$"""{"schema":{{c.Schema}},"values":[{{string.Join(',', c.Values)}}]}"""));

        var (fitting, silent, disagreements) = (0, 0, new List<string>());
        foreach (var ((schema, values), verdicts) in cases.Zip(theirs))
        {
            var compiled = JsonSchema.Compile(JsonElement.Parse(schema));
            foreach (var (value, fits) in values.Zip(verdicts))
            {
                var ours = compiled.Check(JsonElement.Parse(value)).Outcome;
                fitting += fits == true ? 1 : 0;
                silent += fits is null ? 1 : 0;
                if (fits is { } theirVerdict && ours != (theirVerdict ? SchemaOutcome.Fits : SchemaOutcome.Unfit))
                {
                    disagreements.Add($"{schema}  {value}  ours: {ours}, ajv: {fits}");
                }
            }
        }

        Assert.True(disagreements.Count == 0, $"{disagreements.Count} disagreements:\n{string.Join('\n', disagreements.OrderBy(d => d.Length).Take(40))}");
        Assert.Equal(cases.Count, theirs.Count);
        Assert.InRange(silent, 0, cases.Count * ValuesOfEach / 20);
        Assert.InRange(fitting, cases.Count * ValuesOfEach / 10, cases.Count * ValuesOfEach * 9 / 10); // or the schemas would say nothing
    }

    private sealed class AjvFactAttribute : FactAttribute
    {
        public AjvFactAttribute() => Skip = Ajv.Obstacle;
    }

    private static class Ajv
    {
        private static readonly string Conformance = Path.Combine(Root(), "tests", "OpenInteractions.Conformance");

        public static string? Obstacle => Directory.Exists(Path.Combine(Conformance, "clients", "node_modules", "ajv"))
            ? null
            : "Needs the packages of tests/OpenInteractions.Conformance/clients: 'tests/OpenInteractions.Conformance/run --install'.";

        public static async Task<IReadOnlyList<bool?[]>> JudgeAsync(IEnumerable<string> lines)
        {
            using var node = Process.Start(new ProcessStartInfo("node", Path.Combine(Conformance, "support", "ajv.js")) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            var answers = ReadAsync(node.StandardOutput);
            foreach (var line in lines)
            {
                await node.StandardInput.WriteLineAsync(line);
            }

            node.StandardInput.Close();
            return await answers.WaitAsync(TimeSpan.FromMinutes(5));
        }

        private static async Task<IReadOnlyList<bool?[]>> ReadAsync(StreamReader output)
        {
            var answers = new List<bool?[]>();
            while (await output.ReadLineAsync() is { } line)
            {
                answers.Add([.. JsonElement.Parse(line).EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? (bool?)null : v.GetBoolean())]);
            }

            return answers;
        }

        private static string Root()
        {
            var at = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(at, "OpenInteractions.slnx")))
            {
                at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("The tests do not stand in the repository.");
            }

            return at;
        }
    }
}
