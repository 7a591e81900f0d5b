using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Sources of type <c>skill_registry</c> (behaviour EN-3, CA-7).</summary>
public sealed class SkillSourceTests : IDisposable
{
    private const string Manual = "---\nname: tables\ndescription: How tables are made here\n---\nUse tabs.\n";

    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("oi-skills-");
    private readonly GitServer _files = new();

    public SkillSourceTests()
    {
        Write("tables/SKILL.md", Manual);
        Write("tables/scripts/run.sh", "#!/bin/sh\necho ran\n");
        File.SetUnixFileMode($"{_directory.FullName}/tables/scripts/run.sh", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink($"{_directory.FullName}/tables/passwd", "/etc/passwd");
        File.CreateSymbolicLink($"{_directory.FullName}/tables/etc", "/etc");
        Write("silent/SKILL.md", "Use tabs.\n");
        Write("notes/README.md", "No skill.\n");
    }

    public void Dispose()
    {
        _files.Dispose();
        _directory.Delete(recursive: true);
    }

    [RootFact]
    [Rule("EN-3")]
    public async Task A_skill_of_a_directory_lies_where_agents_find_it_without_what_links_lead_to()
    {
        await using var rig = Rig(("house", _directory.FullName));
        var made = await rig.CreateAsync(Skill("tables"));
        var elsewhere = await rig.CreateAsync(Skill("house/tables", "/workspace/.agents/skills/mine"));

        Assert.Equal("./SKILL.md\n./scripts/run.sh\nran\n", await rig.RunAsync(made.Id, "cd /.agents/skills/tables; find . -type f -o -type l | LC_ALL=C sort; scripts/run.sh"));
        Assert.Equal(".\n..\ntables\n", await rig.RunAsync(made.Id, "ls -a /.agents/skills"));
        await using var environment = new RunEnvironment(rig.Environments, EnvironmentRig.Project, elsewhere.Id, "int_1");
        Assert.Contains("- tables (/workspace/.agents/skills/mine/SKILL.md): How tables are made here", await AgentFiles.ReadAsync(environment, Within.Time), StringComparison.Ordinal);
    }

    [RootFact]
    [Rule("EN-3")]
    public async Task A_skill_of_an_address_is_an_archive_with_its_manual_at_the_top_or_in_the_one_directory_there()
    {
        _files.Files["/skills/flat.tar.gz"] = EnvironmentSourceTests.Archive(gzip: true, ("SKILL.md", Manual), ("a.txt", "flat"));
        _files.Files["/skills/deep.tar.gz"] = EnvironmentSourceTests.Archive(gzip: true, ("deep-1.2/SKILL.md", Manual), ("deep-1.2/a.txt", "deep"));
        await using var rig = Rig(("web", $"{_files.Address}/skills/"));
        var made = await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [.. Skill("flat").Sources!, .. Skill("web/deep").Sources!] });

        Assert.Equal("flatdeep", await rig.RunAsync(made.Id, "cat /.agents/skills/flat/a.txt /.agents/skills/deep/a.txt"));
        Assert.Equal("deep\nflat\n", await rig.RunAsync(made.Id, "ls -A /.agents/skills"));
    }

    [RootFact]
    public async Task The_first_registry_that_has_a_skill_gives_it_and_a_private_one_hears_its_credential()
    {
        _files.Needed = ("X-Key", "hunter2");
        _files.Files["/tables.tar.gz"] = EnvironmentSourceTests.Archive(gzip: true, ("SKILL.md", Manual + "web"));
        _files.Files["/other.tar.gz"] = EnvironmentSourceTests.Archive(gzip: true, ("SKILL.md", Manual + "other"));
        var secrets = new KnownSecrets { ["key"] = new OpenedHeader("X-Key", "", "hunter2") };
        await using var rig = Fetching.Rig(Registries(("b-web", _files.Address), ("a-house", _directory.FullName)), allow: false, KnownSecrets.World(secrets));
        var made = await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [.. Skill("tables").Sources!, .. Skill("other", credential: "key").Sources!, .. Skill("b-web/tables", "web/tables", "key").Sources!] });

        Assert.Equal("Use tabs.\nother\nweb\n", await rig.RunAsync(made.Id, "tail -qn 1 /.agents/skills/tables/SKILL.md; for f in /.agents/skills/other web/tables; do tail -n 1 $f/SKILL.md; echo; done"));
    }

    [RootTheory]
    [InlineData("nobody", null, "environment.sources[0].source", "there is no skill 'nobody' in 'house'")]
    [InlineData("notes", null, "environment.sources[0].source", "there is no skill 'notes'")]
    [InlineData("away/tables", null, "environment.sources[0].source", "there is no registry 'away'")]
    [InlineData("house/../tables", null, "environment.sources[0].source", "give 'SKILL'")]
    [InlineData("..", null, "environment.sources[0].source", "give 'SKILL'")]
    [InlineData("", null, "environment.sources[0].source", "give 'SKILL'")]
    [InlineData(null, null, "environment.sources[0].source", "give 'SKILL'")]
    [InlineData("tables", "/workspace", "environment.sources[0].target", "directory of its own")]
    [InlineData("tables", "/etc/skills", "environment.sources[0].target", "not to be written to")]
    public async Task What_there_is_not_is_refused_by_name_and_nothing_is_kept(string? source, string? target, string field, string why)
    {
        await using var rig = Rig(("house", _directory.FullName));

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(Skill(source, target)));

        Assert.Equal((ErrorCode.InvalidRequest, field), (refused.Code, refused.Field));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Store.All);
    }

    [RootFact]
    public async Task Without_registries_it_is_refused_with_the_setting()
    {
        await using var rig = Rig();

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(Skill("tables")));

        Assert.Equal((ErrorCode.FailedPrecondition, "environment.sources[0].type"), (refused.Code, refused.Field));
        Assert.Contains("OpenInteractions:Environments:SkillRegistries", refused.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task What_is_found_to_be_no_skill_is_told_and_leaves_nothing()
    {
        _files.Files["/evil.tar.gz"] = EnvironmentSourceTests.Archive(gzip: true, ("SKILL.md", Manual), ("../../evil.txt", "x"));
        _files.Files["/bare.tar.gz"] = EnvironmentSourceTests.Archive(gzip: true, ("a/x.txt", "x"), ("b/SKILL.md", Manual));
        _files.Files["/broken.tar.gz"] = "no archive"u8.ToArray();
        await using var rig = Rig(("house", _directory.FullName), ("web", _files.Address));

        foreach (var (skill, why) in new[] { ("silent", "'name' and 'description'"), ("evil", "is not unpacked"), ("bare", "it has no 'SKILL.md'"), ("broken", "archive"), ("nobody", "there is no skill 'nobody' in 'house', 'web'") })
        {
            var made = await rig.CreateAsync(Skill(skill));
            var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"));

            Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
            Assert.Contains($"'{skill}'", refused.Message, StringComparison.Ordinal);
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    [RootFact]
    public async Task Files_that_lie_at_the_target_stay()
    {
        await using var rig = Rig(("house", _directory.FullName));
        var made = await rig.CreateAsync(EnvironmentRig.Inline("/.agents/skills/tables/mine.txt", "mine"));
        await rig.RunAsync(made.Id, "true");
        await rig.Environments.ChangeAsync(EnvironmentRig.Project, made.Id, Skill("tables"), "environment", Within.Time);

        Assert.Contains("is not empty", (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"))).Message, StringComparison.Ordinal);
    }

    private void Write(string path, string content)
    {
        var file = new FileInfo(Path.Combine(_directory.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, content);
    }

    private static EnvironmentSpec Skill(string? source, string? target = null, string? credential = null) =>
        new() { Type = "remote", Sources = [new EnvironmentSource { Type = "skill_registry", Source = source, Target = target, Credential = credential }] };

    private static EnvironmentRig Rig(params (string Name, string Where)[] registries) => Fetching.Rig(Registries(registries), allow: false); // they are the operator's

    private static Action<EnvironmentOptions> Registries(params (string Name, string Where)[] registries) => options =>
    {
        foreach (var (name, where) in registries)
        {
            options.SkillRegistries[name] = where;
        }
    };
}
