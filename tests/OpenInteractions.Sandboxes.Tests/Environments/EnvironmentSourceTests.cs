using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;
using static OpenInteractions.Sandboxes.Tests.Environments.EnvironmentRig;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>What is put into environments, changed in them and copied from them.</summary>
public sealed class EnvironmentSourceTests
{
    [RootFact]
    [Rule("EN-3")]
    [Rule("EN-15")]
    public async Task Inline_files_are_there_at_the_first_use_absolute_or_below_the_workspace()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync(new EnvironmentSpec
        {
            Type = "remote",
            Sources =
            [
                new EnvironmentSource { Type = "inline", Target = "/workspace/a.txt", Content = "é" },
                new EnvironmentSource { Type = "inline", Target = "deep/er/b.bin", Content = "AAH/", Encoding = "base64" },
                new EnvironmentSource { Type = "inline", Target = "/.agents/AGENTS.md", Content = "be kind" },
            ],
            Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["A"] = new("one"), ["B"] = new(new EnvironmentVariable { Value = "two" }) },
        });

        Assert.Equal("é0001ffbe kindone two\n", await rig.RunAsync(made.Id, "cat /workspace/a.txt; od -An -tx1 /workspace/deep/er/b.bin | tr -d ' \\n'; cat /.agents/AGENTS.md; echo $A $B"));
        await rig.RunAsync(made.Id, "echo mine >/workspace/a.txt");
        await rig.Environments.Local.Live.StopAllAsync();
        Assert.Equal("mine\n", await rig.RunAsync(made.Id, "cat /workspace/a.txt"));
    }

    [RootFact]
    public async Task A_source_that_cannot_be_written_is_told_and_the_next_use_tries_again()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync(new() { Type = "remote", Sources = [.. Inline("a.txt", "x").Sources!, .. Inline("a.txt/b.txt", "y").Sources!] });

        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"))).Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"))).Code);
        Assert.Equal((EnvironmentState.Pending, 0), ((await rig.RowAsync(made.Id)).State, rig.Environments.Live));
    }

    [RootFact]
    public async Task A_first_use_that_was_cut_begins_with_an_empty_disk()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync(Inline("a.txt", "whole"));
        await rig.Engine.CreateDiskAsync(made.Id, made.Slot, rig.Options.DiskBytes, Within.Time); // as a killed server leaves it

        Assert.Equal("whole", await rig.RunAsync(made.Id, "cat /workspace/a.txt"));
    }

    [RootFact]
    public async Task Changes_bring_variables_and_further_sources_and_leave_the_files()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync(Inline("a.txt", "a") with { Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["A"] = new("one") } });
        Assert.Equal("one\n", await rig.RunAsync(made.Id, "echo b >/workspace/b.txt; echo $A"));

        await rig.Environments.ChangeAsync(
            Project, made.Id, Inline("c.txt", "c") with { Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["A"] = new("two") }, Network = new("disabled") }, "environment", Within.Time);

        Assert.Equal("ab\nctwo\n", await rig.RunAsync(made.Id, "cat /workspace/*.txt; echo $A"));
        var shown = HostEnvironments.ShownOf(await rig.RowAsync(made.Id));
        Assert.Equal(["a.txt", "c.txt"], shown.Sources!.Select(s => s.Target));
        Assert.Equal("disabled", shown.Network!.Text);
    }

    [RootFact]
    public async Task A_fork_begins_with_the_files_of_its_origin_and_goes_its_own_way()
    {
        await using var rig = new EnvironmentRig();
        var origin = await rig.CreateAsync(Inline("a.txt", "a") with { Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["A"] = new("one") } });
        var early = await rig.CreateAsync(forkOf: origin.Id);
        await rig.RunAsync(origin.Id, "echo b >/workspace/b.txt");

        var fork = await rig.CreateAsync(forkOf: origin.Id);
        await rig.RunAsync(origin.Id, "echo changed >/workspace/b.txt");

        Assert.Equal("ab\none\n", await rig.RunAsync(fork.Id, "cat /workspace/*.txt; echo $A; echo fork >/workspace/b.txt"));
        Assert.Equal("achanged\n", await rig.RunAsync(origin.Id, "cat /workspace/*.txt"));
        Assert.Equal("aone\n", await rig.RunAsync(early.Id, "cat /workspace/*.txt; echo $A"));
    }

    [RootFact]
    [Rule("EN-11")]
    public async Task What_is_read_and_kept_in_the_clear_holds_no_secret()
    {
        await using var rig = new EnvironmentRig();
        const string Secret = "hunter2";
        var made = await rig.CreateAsync(new EnvironmentSpec
        {
            Type = "remote",
            Sources = [new EnvironmentSource { Type = "inline", Target = "a", Content = Secret }],
            Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["KEY"] = new(Secret) },
        });

        var row = await rig.RowAsync(made.Id);
        Assert.DoesNotContain(Secret, System.Text.Encoding.UTF8.GetString(row.Shown.Span), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, System.Text.Encoding.Latin1.GetString(row.Sealed.Span), StringComparison.Ordinal);
    }

    public static TheoryData<string, EnvironmentSpec> Wrong => new()
    {
        { "environment.sources[0].target", Inline("/", "x") },
        { "environment.sources[0].target", Inline("a/../b", "x") },
        { "environment.sources[0].target", Inline("a\nb", "x") },
        { "environment.sources[0].target", Inline("", "x") },
        { "environment.sources[0].target", Inline("dir/", "x") },
        { "environment.sources[0].content", Inline("a", new string('x', (1 << 20) + 1)) },
        { "environment.sources[0].content", Inline("a", "no base64!", "base64") },
        { "environment.sources[0].encoding", Inline("a", "x", "rot13") },
        { "environment.sources[0].type", new() { Type = "remote", Sources = [new EnvironmentSource { Type = "gcs", Source = "gs://b/o", Target = "a" }] } },
        { "environment.sources[0].type", new() { Type = "remote", Sources = [new EnvironmentSource { Type = "skill_registry", Source = "s", Target = "a" }] } },
        { "environment.sources", new() { Type = "remote", Sources = [.. Enumerable.Range(0, 3).Select(i => new EnvironmentSource { Type = "inline", Target = $"f{i}", Content = new string('x', 1 << 20) })] } },
        { "environment.sources[1].target", new() { Type = "remote", Sources = [.. Enumerable.Range(0, 2).Select(_ => new EnvironmentSource { Type = "inline", Target = "same", Content = "x" })] } },
        { "environment.env.1A", new() { Type = "remote", Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["1A"] = new("x") } } },
        { "environment.env.A", new() { Type = "remote", Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["A"] = new(new EnvironmentVariable()) } } },
        { "environment.env.A", new() { Type = "remote", Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["A"] = new(new string('x', 40_000)) } } },
        { "environment.network.allowlist[0].domain", Allowing("http://x.example") },
        { "environment.network.allowlist[0].domain", Allowing("127.1") },
        { "environment.network", Allowing("x.example") }, // right, but there is no way out here
    };

    [RootTheory]
    [MemberData(nameof(Wrong))]
    public async Task What_cannot_be_is_refused_with_its_place_and_nothing_is_kept(string field, EnvironmentSpec spec)
    {
        await using var rig = new EnvironmentRig();

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(spec));

        Assert.Equal(400, ErrorTable.Of(refused.Code).HttpStatus);
        Assert.Contains($"'{field}'", refused.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Store.All);
    }

    [RootFact]
    public async Task A_repository_is_fetched_by_the_server_and_unpacked_inside_with_its_history()
    {
        using var git = new GitServer();
        await File.WriteAllTextAsync($"{git.Work}/a.txt", "one");
        git.Commit("first");
        await File.WriteAllTextAsync($"{git.Work}/a.txt", "two");
        File.CreateSymbolicLink($"{git.Work}/link", "/etc/passwd");
        git.Commit("second");
        await using var rig = Fetching.Rig();
        var made = await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [Repository($"{git.Address}/r.git", "repo"), Repository($"{git.Address}/moved", "/workspace/other")] });

        var seen = await rig.RunAsync(made.Id, "cd repo; cat a.txt; git log --format=%s; git status --short --branch; git config remote.origin.url; ls .git/hooks 2>/dev/null; readlink link; cat /workspace/other/a.txt; ls -A /workspace");

        Assert.Equal($"twosecond\nfirst\n## trunk\n{git.Address}/r.git\n/etc/passwd\ntwoother\nrepo\n", seen);
    }

    [RootFact]
    public async Task An_archive_at_an_address_is_unpacked_inside()
    {
        using var git = new GitServer();
        git.Files["/a.tar.gz"] = Archive(gzip: true, ("top/a.txt", "packed"));
        git.Files["/b.tar"] = Archive(gzip: false, ("b.txt", "plain"));
        git.Files["/evil.tar"] = Archive(gzip: false, ("../../evil.txt", "x"));
        await using var rig = Fetching.Rig();
        var made = await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [Repository($"{git.Address}/a.tar.gz", "a"), Repository($"{git.Address}/b.tar?token=t", "b")] });
        var evil = await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [Repository($"{git.Address}/evil.tar", "e")] });

        Assert.Equal("packedplain", await rig.RunAsync(made.Id, "cat a/top/a.txt b/b.txt"));
        Assert.Equal(ErrorCode.FailedPrecondition, (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(evil.Id, "true"))).Code);
        Assert.DoesNotContain("token", System.Text.Encoding.UTF8.GetString((await rig.RowAsync(made.Id)).Shown.Span), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_repository_that_is_too_large_or_not_there_or_slow_is_told()
    {
        using var git = new GitServer();
        await File.WriteAllBytesAsync($"{git.Work}/big", System.Security.Cryptography.RandomNumberGenerator.GetBytes(300_000));
        git.Commit("big");
        await using var rig = Fetching.Rig(o => o.MaxSourceBytes = 100_000);
        var (large, missing, page) = (
            await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [Repository($"{git.Address}/r.git", "r")] }),
            await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [Repository($"{git.Address}/no.git", "r")] }),
            await rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [Repository("http://127.0.0.1:1/r.git", "r")] }));

        Assert.Contains("100000 bytes", (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(large.Id, "true"))).Message, StringComparison.Ordinal);
        Assert.Contains("404", (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(missing.Id, "true"))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(page.Id, "true"))).Message, StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ssh://git@example.com/r.git")]
    [InlineData("git@example.com:r.git")]
    [InlineData("ext::sh -c id")]
    [InlineData("http://127.0.0.1/r.git")]
    [InlineData("https://user:password@example.com/r.git")]
    [InlineData("http://[::ffff:10.0.0.1]/r.git")]
    public async Task Addresses_of_other_protocols_of_this_network_or_with_passwords_are_refused(string address)
    {
        await using var rig = Fetching.Rig(allow: false);

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [Repository(address, "r")] }));

        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
        Assert.Contains("environment.sources[0].source", refused.Message, StringComparison.Ordinal);
    }

    private static EnvironmentSource Repository(string address, string target) => new() { Type = "repository", Source = address, Target = target };

    private static EnvironmentSpec Allowing(string domain) => new() { Type = "remote", Network = new(new NetworkRules { Allowlist = new NetworkAllowlist([new AllowlistEntry { Domain = domain }]) }) };

    internal static byte[] Archive(bool gzip, params (string Name, string Content)[] entries)
    {
        var bytes = new MemoryStream();
        using (var packed = gzip ? new GZipStream(bytes, CompressionLevel.Fastest) : null)
        using (var writer = new TarWriter(packed ?? (Stream)bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)) });
            }
        }

        return bytes.ToArray();
    }
}
