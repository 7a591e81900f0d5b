using System.Text;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Sources that are fetched with a secret (behaviour EN-4).</summary>
public sealed class PrivateSourceTests
{
    private const string Token = "eC1hY2Nlc3MtdG9rZW46aHVudGVyMg";

    private readonly KnownSecrets _secrets = new()
    {
        ["basic"] = new OpenedHeader("Authorization", "Basic", Token),
        ["bearer"] = new OpenedHeader("Authorization", "Bearer", Token),
        ["value"] = new OpenedValue(Token, ["header"], ["127.0.0.1"]),
    };

    [RootFact]
    [Rule("EN-4")]
    public async Task A_private_repository_comes_with_the_credential_that_its_source_names_and_the_secret_stays_outside()
    {
        using var git = Private("Basic");
        await using var rig = Rig();
        var made = await rig.CreateAsync(Repository($"{git.Address}/r.git", "basic"));

        Assert.Equal("mine", await rig.RunAsync(made.Id, "cat r/a.txt"));
        Assert.Equal("", await rig.RunAsync(made.Id, $"env | grep {Token}; grep -r {Token} /workspace /home/agent /tmp 2>/dev/null"));
        var row = await rig.RowAsync(made.Id);
        Assert.DoesNotContain(Token, Encoding.UTF8.GetString(row.Shown.Span), StringComparison.Ordinal);
        Assert.Equal("basic", HostEnvironments.ShownOf(row).Sources![0].Credential);
    }

    [RootTheory]
    [Rule("EN-4")]
    [InlineData("credential", null)]
    [InlineData(null, "transform")]
    [InlineData("credential", "transform")]
    public async Task A_private_repository_comes_with_what_the_network_rule_of_its_host_adds(string? credential, string? transform)
    {
        using var git = Private(transform is null ? "Bearer" : "Token");
        await using var rig = Rig();
        var entry = new AllowlistEntry { Domain = "127.0.0.1", Credential = credential is null ? null : "bearer", Transform = transform is null ? null : new([new Dictionary<string, string> { ["authorization"] = $"Token {Token}" }]) };
        var made = await rig.CreateAsync(Repository($"{git.Address}/r.git", null) with { Network = new(new NetworkRules { Allowlist = new NetworkAllowlist([entry]) }) });

        Assert.Equal("mine", await rig.RunAsync(made.Id, "cat r/a.txt"));
    }

    [RootFact]
    public async Task A_private_archive_comes_with_its_credential()
    {
        using var git = Private("Bearer");
        git.Files["/a.tar"] = EnvironmentSourceTests.Archive(gzip: false, ("b.txt", "packed"));
        await using var rig = Rig();
        var made = await rig.CreateAsync(Repository($"{git.Address}/a.tar", "bearer"));

        Assert.Equal("packed", await rig.RunAsync(made.Id, "cat r/b.txt"));
    }

    [RootFact]
    [Rule("EN-4")]
    public async Task A_secret_goes_to_the_origin_that_the_source_names_and_not_where_that_one_leads()
    {
        using var other = Private("Basic");
        using var git = Private("Basic");
        git.Away = $"{other.Address}/r.git"; // the same address, another port
        await using var rig = Rig();
        var made = await rig.CreateAsync(Repository($"{git.Address}/away", "basic"));

        Assert.Contains("401", (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"))).Message, StringComparison.Ordinal);
        Assert.Contains(git.Heard, h => h.Contains(Token, StringComparison.Ordinal));
        Assert.NotEmpty(other.Heard);
        Assert.DoesNotContain(other.Heard, h => h.Contains(Token, StringComparison.Ordinal));

        other.Needed = null; // who asks nothing is fetched from, and still hears nothing
        Assert.Equal("mine", await rig.RunAsync(made.Id, "cat r/a.txt"));
        Assert.DoesNotContain(other.Heard, h => h.Contains(Token, StringComparison.Ordinal));
    }

    [RootFact]
    public async Task What_a_host_says_back_is_not_repeated_where_a_secret_was_sent()
    {
        using var git = Private("Basic");
        await using var rig = Rig();
        var made = await rig.CreateAsync(Repository($"{git.Address}/rude", "basic"));

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"));

        Assert.Contains("gave up", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, refused.Message, StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("nobody", "there is no credential 'nobody'")]
    [InlineData("value", "is none that is sent as a header")]
    [InlineData("broken", "its credential 'broken' cannot be used: the vendor is away")]
    public async Task A_credential_that_cannot_be_sent_is_told_and_the_next_use_tries_again(string credential, string why)
    {
        using var git = Private("Basic");
        await using var rig = Rig();
        var made = await rig.CreateAsync(Repository($"{git.Address}/r.git", credential));

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"));

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Empty(git.Heard);
        _secrets[credential] = _secrets["basic"];
        Assert.Equal("mine", await rig.RunAsync(made.Id, "cat r/a.txt"));
    }

    [RootFact]
    public async Task A_secret_is_not_sent_without_TLS_unless_the_operator_says_so()
    {
        using var git = Private("Basic");
        await using var rig = Rig(plain: false);
        var made = await rig.CreateAsync(Repository($"{git.Address}/r.git", "basic"));

        Assert.Contains("https", (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"))).Message, StringComparison.Ordinal);
        Assert.Empty(git.Heard);
    }

    [RootFact]
    public async Task An_inline_source_has_no_credential()
    {
        await using var rig = Rig();

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(new EnvironmentSpec { Type = "remote", Sources = [new EnvironmentSource { Type = "inline", Target = "a", Content = "x", Credential = "basic" }] }));

        Assert.Equal((ErrorCode.InvalidRequest, "environment.sources[0].credential"), (refused.Code, refused.Field));
    }

    private static GitServer Private(string scheme)
    {
        var git = new GitServer { Needed = ("Authorization", $"{scheme} {Token}") };
        File.WriteAllText($"{git.Work}/a.txt", "mine");
        git.Commit("first");
        return git;
    }

    private EnvironmentRig Rig(bool plain = true) => Fetching.Rig(world: KnownSecrets.World(_secrets, plain));

    private static EnvironmentSpec Repository(string address, string? credential) =>
        new() { Type = "remote", Sources = [new EnvironmentSource { Type = "repository", Source = address, Target = "r", Credential = credential }] };
}
