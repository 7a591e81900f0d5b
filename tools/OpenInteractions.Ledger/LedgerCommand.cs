using System.CommandLine;
using OpenInteractions.Ledger.Evidence;
using OpenInteractions.Ledger.Rules;

namespace OpenInteractions.Ledger;

/// <summary>The command line: <c>write</c> and <c>check</c>, with the same options.</summary>
internal static class LedgerCommand
{
    public static RootCommand Create() => new("The conformance ledger: which rules of the contract hold, and which tests prove it.")
    {
        Verb("write", "Write the conformance page from the rules and the tests that name them.", Write),
        Verb("check", "Fail, with every problem listed, unless rules, tests, results and page agree.", Check),
    };

    private static Command Verb(string name, string description, Func<Inputs, InvocationConfiguration, int> action)
    {
        var rules = new Option<string>("--rules")
        {
            Description = "The rules and what is claimed of them.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "docs/conformance/rules.json",
        };
        var page = new Option<string>("--page")
        {
            Description = "The page that is written or checked.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "docs/conformance.md",
        };
        var results = new Option<string>("--results")
        {
            Description = "The folder with the results of one whole test run: *.trx, and *.rules.jsonl of tests that are not xunit, "
                + """with one {"name":"…","outcome":"passed","rules":["SE-1"]} a line. Empty it before the run.""",
            HelpName = "DIR",
            Required = true,
        };
        var assemblies = new Option<string[]>("--assemblies")
        {
            Description = "The compiled tests, such as 'tests/*/bin/Release/net10.0/*.Tests.dll' (quoted). They are read, not run. "
                + "Without it those that the results name are read, so that an assembly whose tests did not run goes unnoticed.",
            HelpName = "GLOB",
            AllowMultipleArgumentsPerToken = true,
        };

        var command = new Command(name, description) { rules, page, results, assemblies };
        command.SetAction(parsed =>
        {
            try
            {
                var inputs = new Inputs(
                    RulesFile.Load(parsed.GetRequiredValue(rules)),
                    TestEvidence.Gather(
                        parsed.GetRequiredValue(results),
                        [.. (parsed.GetValue(assemblies) ?? []).SelectMany(AssemblyGlob.Find)]),
                    parsed.GetRequiredValue(page));
                return action(inputs, parsed.InvocationConfiguration);
            }
            catch (LedgerException error)
            {
                parsed.InvocationConfiguration.Error.WriteLine(error.Message);
                return 1;
            }
        });
        return command;
    }

    private static int Write(Inputs inputs, InvocationConfiguration console)
    {
        File.WriteAllText(inputs.Page, ConformancePage.Render(inputs.Rules, inputs.Evidence));
        console.Output.WriteLine($"Wrote {inputs.Page}.");
        return 0;
    }

    private static int Check(Inputs inputs, InvocationConfiguration console)
    {
        var problems = ConformanceCheck.Problems(inputs.Rules, inputs.Evidence).ToList();
        var written = File.Exists(inputs.Page) ? File.ReadAllText(inputs.Page) : null;
        if (written != ConformancePage.Render(inputs.Rules, inputs.Evidence))
        {
            problems.Add($"{inputs.Page} is not what 'write' writes; run it with the same options.");
        }

        foreach (var problem in problems)
        {
            console.Error.WriteLine(problem);
        }

        console.Output.WriteLine(problems.Count == 0 ? Summary(inputs.Rules) : $"The ledger has {problems.Count} problem(s).");
        return problems.Count == 0 ? 0 : 1;
    }

    private static string Summary(RulesFile rules)
    {
        var claims = rules.AllRules().CountBy(rule => rule.Claim).ToDictionary();
        return $"The ledger is right: {string.Join(", ", Claim.All.Select(claim => $"{claims.GetValueOrDefault(claim)} {claim}"))}.";
    }

    private sealed record Inputs(RulesFile Rules, TestEvidence Evidence, string Page);
}
