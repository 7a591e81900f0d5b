using System.Xml.Linq;

namespace OpenInteractions.Architecture.Tests.Code;

/// <summary>Contracts ← Engine ← { Providers, Tools, Sandboxes, Storage, Api } ← Server, Cli → Contracts, Storage and Sandboxes, and Sandboxes.Init alone.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly string[] Inner = ["Contracts", "Engine"];
    private static readonly string[] Siblings = ["Providers", "Tools", "Sandboxes", "Storage", "Api"];

    public static TheoryData<string> Projects => [.. Repository.Files("src", "*.csproj")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_stands_below_it(string project)
    {
        var allowed = NameOf(project) switch
        {
            "Contracts" => [],
            "Engine" => ["Contracts"],
            "Sandboxes" => ["Engine", "Sandboxes.Init"], // the init is built and carried along, not referenced: see below
            "Sandboxes.Init" => [], // runs inside, and brings nothing of the server there
            "Cli" => ["Contracts", "Storage", "Sandboxes"], // stores at rest (docs/decisions/0007) and the system of sandboxes, without a server
            "Server" => [.. Inner, .. Siblings],
            var sibling when Siblings.Contains(sibling) => Inner,
            var other => throw new InvalidOperationException($"'{other}' has no place in the direction of the references yet. Give it one here."),
        };

        Assert.Empty(References(project, "ProjectReference").Select(NameOf).Except(allowed));
    }

    [Fact]
    public void The_init_of_sandboxes_is_carried_along_and_not_loaded()
    {
        var init = XDocument.Parse(Repository.Read("src/OpenInteractions.Sandboxes/OpenInteractions.Sandboxes.csproj")).Descendants("ProjectReference")
            .Single(r => NameOf(r.Attribute("Include")!.Value) == "Sandboxes.Init");

        Assert.Equal("false", init.Attribute("ReferenceOutputAssembly")!.Value);
        Assert.Empty(References("src/OpenInteractions.Sandboxes.Init/OpenInteractions.Sandboxes.Init.csproj", "PackageReference"));
    }

    [Fact]
    public void The_contracts_need_no_package()
    {
        Assert.Empty(References("src/OpenInteractions.Contracts/OpenInteractions.Contracts.csproj", "PackageReference"));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = XDocument.Parse(Repository.Read("OpenInteractions.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value);

        Assert.Equal(Repository.Files(".", "*.csproj"), listed.Order(StringComparer.Ordinal));
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))["OpenInteractions.".Length..];

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Parse(Repository.Read(project)).Descendants(kind).Select(r => r.Attribute("Include")!.Value);
}
