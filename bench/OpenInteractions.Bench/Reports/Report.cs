using System.Globalization;
using System.Text;

namespace OpenInteractions.Bench.Reports;

/// <summary>Collects what the rows found: each line is printed as it comes, the table at the end.</summary>
internal sealed class Report(string engine)
{
    private readonly List<Finding> _findings = [];

    public string Engine => engine;

    public bool Fails => _findings.Any(finding => finding.Fails);

    public static void Note(string text) => Console.WriteLine($"    {text}");

    public static void Heading(string text) => Console.WriteLine($"\n== {text}");

    public void Add(Finding finding)
    {
        _findings.Add(finding);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  > {finding.What}: {finding.Shown}   must {finding.LimitShown(limit => limit.Must)}   aim {finding.LimitShown(limit => limit.Aim)}   {finding.Verdict}"));
    }

    /// <summary>A row that measured wrong answers measured nothing: it fails whatever its figures say.</summary>
    public void AddErrors(string row, int errors, string? first)
    {
        if (errors > 0)
        {
            Add(new(row, "wrong or missing answers", errors, "", Limit.NotAbove(0, 0), OneLine(first ?? "")));
        }
    }

    public void AddBroken(string row, Exception reason) =>
        Add(new(row, "the row could not be measured", 1, "", Limit.NotAbove(0, 0), OneLine(reason.Message)));

    /// <summary>One table of what was found on all engines.</summary>
    public static string Markdown(string machine, IReadOnlyCollection<Report> reports)
    {
        var text = new StringBuilder()
            .AppendLine(machine)
            .AppendLine()
            .AppendLine("| engine | row | figure | value | must | aim | verdict | measured |")
            .AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (engine, finding) in reports.SelectMany(report => report._findings.Select(finding => (report.Engine, finding))))
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {engine} | {finding.Row} | {finding.What} | {finding.Shown} | {finding.LimitShown(limit => limit.Must)} | {finding.LimitShown(limit => limit.Aim)} | {finding.Verdict} | {finding.Measured} |"));
        }

        return text.ToString();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
