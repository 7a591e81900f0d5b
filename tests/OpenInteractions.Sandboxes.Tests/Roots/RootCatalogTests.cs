using OpenInteractions.Sandboxes.Roots;

namespace OpenInteractions.Sandboxes.Tests.Roots;

/// <summary>Which root file system a disk has, and which one goes when.</summary>
public sealed class RootCatalogTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-roots-");
    private readonly RootCatalog _catalog;

    public RootCatalogTests() => _catalog = new RootCatalog(_directory.FullName);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Until_one_is_built_there_are_the_hosts_programs_and_then_the_newest()
    {
        Assert.Equal("host", _catalog.NameFor(null));
        Build("20260101-000000");
        Build("20260201-000000");

        Assert.Equal("built 20260201-000000", _catalog.NameFor(null));
        Assert.Equal("built 20260201-000000", _catalog.NameFor("d"));
    }

    [Fact]
    public void A_disk_stays_with_the_one_that_it_began_with_and_so_does_a_copy_of_it()
    {
        Build("1");
        Disk("d");
        Disk("e");
        _catalog.Take("d").Dispose();
        Build("2");
        _catalog.Copy("d", "e");

        Assert.Equal(["built 1", "built 1", "built 2"], ((string?[])["d", "e", null]).Select(_catalog.NameFor));
        using var use = _catalog.Take("d");
        Assert.Equal($"{_directory.FullName}/systems/1/root", use.Files);
    }

    [Fact]
    public void A_disk_that_began_with_the_hosts_programs_gets_what_is_built()
    {
        Disk("d");
        using (var host = _catalog.Take("d"))
        {
            Assert.Equal(("host", null), (host.Name, host.Files));
        }

        Build("1");

        Assert.Equal("built 1", _catalog.NameFor("d"));
    }

    [Fact]
    public void The_setting_wins_over_what_a_disk_remembers()
    {
        Build("1");
        Disk("d");
        _catalog.Take("d").Dispose();

        Assert.Equal("host", new RootCatalog(_directory.FullName, "host").NameFor("d"));
        Assert.Equal("path", new RootCatalog(_directory.FullName, "/").NameFor("d"));
        using var use = new RootCatalog(_directory.FullName, "/").Take("d");
        Assert.Equal("/", use.Files);
    }

    [Fact]
    public async Task What_is_used_or_remembered_or_the_newest_is_kept()
    {
        foreach (var id in (string[])["1", "2", "3", "4"])
        {
            Build(id);
        }

        Disk("d");
        File.WriteAllText($"{_directory.FullName}/disks/d.root", "2");
        Disk("e");
        File.WriteAllText($"{_directory.FullName}/disks/e.root", "3");
        using (_catalog.Take("e"))
        {
            File.Delete($"{_directory.FullName}/disks/e.root");
            File.Delete($"{_directory.FullName}/disks/e.slot"); // deleted below a sandbox that still lives

            Assert.Equal(["1"], await _catalog.PruneAsync());
            Assert.True(Directory.Exists($"{_directory.FullName}/systems/3/root"));
        }

        Assert.Equal(["3"], await _catalog.PruneAsync());
        Assert.Equal(["4", "2"], _catalog.Ids());
        Assert.Equal(["2", "4"], Directory.GetDirectories(_catalog.Systems).Select(d => Path.GetFileName(d)).Order());
    }

    [Fact]
    public async Task With_the_last_disk_that_remembers_it_an_old_one_goes()
    {
        Build("1");
        Disk("d");
        _catalog.Take("d").Dispose();
        Build("2");
        File.Delete($"{_directory.FullName}/disks/d.slot");

        await _catalog.ForgetAsync("d");

        Assert.Equal(["2"], _catalog.Ids());
    }

    [Fact]
    public void What_is_half_built_or_half_removed_is_no_root_file_system()
    {
        Directory.CreateDirectory($"{_catalog.Systems}/20260301-000000/root");
        foreach (var name in (string[])[".building-20260302-000000", ".removing-20260303-000000"])
        {
            Build(name);
        }

        Assert.Equal("host", _catalog.NameFor(null));
    }

    [Fact]
    public void A_note_that_leads_elsewhere_is_not_followed()
    {
        Build("1");
        Disk("d");
        Directory.CreateDirectory($"{_directory.FullName}/elsewhere");
        File.WriteAllText($"{_directory.FullName}/elsewhere/manifest.json", "{}");
        File.WriteAllText($"{_directory.FullName}/disks/d.root", "../elsewhere");

        Assert.Equal("built 1", _catalog.NameFor("d"));
    }

    private void Disk(string name)
    {
        Directory.CreateDirectory($"{_directory.FullName}/disks");
        File.WriteAllText($"{_directory.FullName}/disks/{name}.slot", "1");
    }

    private void Build(string id)
    {
        Directory.CreateDirectory($"{_catalog.Systems}/{id}/root");
        File.WriteAllText($"{_catalog.Systems}/{id}/manifest.json", "{}");
    }
}
