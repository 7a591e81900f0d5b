using System.Xml;
using System.Xml.Linq;

namespace OpenInteractions.Ledger.Evidence;

/// <summary>
/// A result file of <c>dotnet test --logger trx</c>. It has no xunit traits, and a display name may be anything, so a result
/// is tied by its test id to the class and method of its definition.
/// </summary>
internal static class TrxFile
{
    private static readonly XNamespace Ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Adds the results of the file and returns the assemblies that ran.</summary>
    public static IReadOnlyList<string> Read(string path, TestResults results)
    {
        var document = Load(path);
        var methods = document.Descendants(Ns + "UnitTest").ToDictionary(
            test => Attribute(test, "id", path),
            test => test.Element(Ns + "TestMethod") ?? throw new LedgerException($"{path}: a test has no TestMethod."));

        foreach (var result in document.Descendants(Ns + "UnitTestResult"))
        {
            var testId = Attribute(result, "testId", path);
            var method = methods.GetValueOrDefault(testId)
                ?? throw new LedgerException($"{path}: the result of test {testId} has no definition.");
            results.Add(
                $"{Attribute(method, "className", path)}.{Attribute(method, "name", path)}",
                ToOutcome(Attribute(result, "outcome", path)));
        }

        return [.. methods.Values.Select(method => Attribute(method, "codeBase", path)).Distinct()];
    }

    // Error, Timeout, Aborted, Inconclusive and whatever a later logger invents are no passes.
    private static Outcome ToOutcome(string outcome) => outcome switch
    {
        "Passed" => Outcome.Passed,
        "NotExecuted" => Outcome.Skipped,
        _ => Outcome.Failed,
    };

    private static XDocument Load(string path)
    {
        try
        {
            return XDocument.Load(path);
        }
        catch (XmlException error)
        {
            throw new LedgerException($"{path} cannot be read: {error.Message}");
        }
    }

    private static string Attribute(XElement element, string name, string path) =>
        (string?)element.Attribute(name)
        ?? throw new LedgerException($"{path}: a {element.Name.LocalName} has no '{name}'.");
}
