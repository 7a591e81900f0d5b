using System.Text.RegularExpressions;

namespace OpenInteractions.Architecture.Tests.Documents;

public sealed partial class LinkTests
{
    public static TheoryData<string> Documents => [.. Repository.Files(".", "*.md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_into_the_repository_lead_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var targets = Link().Matches(Fence().Replace(Repository.Read(document), "")).Select(m => m.Groups[1].Value);

        Assert.DoesNotContain(targets, t => !Path.Exists(Path.Combine(folder, t)));
    }

    // The target without its anchor; addresses and anchors of the same page are not looked at.
    [GeneratedRegex(@"\]\((?![a-z]+:|#)([^)#\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
