using OpenInteractions.Api.Tests.Hosting;

namespace OpenInteractions.Api.Tests.Environments;

/// <summary>A fact about servers that have sandboxes.</summary>
internal sealed class SandboxFactAttribute : FactAttribute
{
    public SandboxFactAttribute() => Skip = File.Exists("/usr/bin/bwrap") ? null : "'bwrap' is not installed.";
}

/// <summary>A theory about servers that have sandboxes.</summary>
internal sealed class SandboxTheoryAttribute : TheoryAttribute
{
    public SandboxTheoryAttribute() => Skip = new SandboxFactAttribute().Skip;
}

/// <summary>Whoever asks is told what agents see as their system. Nothing is started for the answer.</summary>
public sealed class RootFileSystemTests
{
    private const string Manifest = """{"id":"20260101-000000","built":"2026-01-01T00:03:00Z","suite":"x","sources":[],"bytes":1,"seconds":1,"packages":{}}""";

    [SandboxFact]
    public async Task An_environment_and_the_health_say_host_until_one_is_built_and_then_which()
    {
        await using var server = await TestServer.StartAsync();
        var environment = (await server.Client.PostAsync("/v1/environments", "{}")).Ok().Json;
        Assert.Equal("host", environment.GetProperty("root_filesystem").GetString());
        Assert.Equal("host", await HealthAsync(server));

        var system = Directory.CreateDirectory(Path.Combine(server.DataDirectory, "sandboxes", "systems", "20260101-000000"));
        await File.WriteAllTextAsync(Path.Combine(system.FullName, "manifest.json"), Manifest);

        Assert.Equal("built 20260101-000000", await HealthAsync(server));
        var read = (await server.Client.SendAsync(HttpMethod.Get, $"/v1/environments/{environment.GetProperty("id").GetString()}")).Ok().Json;
        Assert.Equal("built 20260101-000000", read.GetProperty("root_filesystem").GetString());
    }

    [SandboxFact]
    public async Task A_directory_of_the_operator_is_not_named_to_callers()
    {
        await using var server = await TestServer.StartAsync(("OpenInteractions:Sandboxes:RootFileSystem", "/usr"));

        Assert.Equal("path", await HealthAsync(server));
        Assert.Equal("path", (await server.Client.PostAsync("/v1/environments", "{}")).Ok().Json.GetProperty("root_filesystem").GetString());
    }

    [SandboxFact]
    public async Task A_runtime_that_is_not_there_means_no_sandboxes()
    {
        await using var server = await TestServer.StartAsync(("OpenInteractions:Sandboxes:Engine", "oci"), ("OpenInteractions:Sandboxes:Oci:Runtime", "/no/such/runtime"));

        var sandboxes = (await server.Client.SendAsync(HttpMethod.Get, "/readyz")).Ok().Json.GetProperty("sandboxes");
        Assert.Equal("none", sandboxes.GetProperty("state").GetString());
        Assert.DoesNotContain("/no/such", sandboxes.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(400, (await server.Client.PostAsync("/v1/environments", "{}")).Status);
    }

    [Theory]
    [InlineData("OpenInteractions:Sandboxes:RootFileSystem", "somewhere")]
    [InlineData("OpenInteractions:Sandboxes:RootFileSystem", "/no/such/directory")]
    [InlineData("OpenInteractions:Sandboxes:Oci:Runtime", "runc")]
    [InlineData("OpenInteractions:Environments:BucketEndpoint", "storage.googleapis.com")]
    [InlineData("OpenInteractions:Environments:BucketEndpoint", "ftp://storage.example")]
    [InlineData("OpenInteractions:Environments:SkillRegistries:house", "/no/such/directory")]
    [InlineData("OpenInteractions:Environments:SkillRegistries:house", "https://user:password@skills.example")]
    [InlineData("OpenInteractions:Environments:SkillRegistries:-house", "/usr")]
    public async Task A_setting_that_names_nothing_refuses_the_start_and_is_named(string setting, string value)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => TestServer.StartAsync((setting, value)));

        Assert.Contains(setting, refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string?> HealthAsync(TestServer server) =>
        (await server.Client.SendAsync(HttpMethod.Get, "/readyz")).Ok().Json.GetProperty("sandboxes").GetProperty("root_filesystem").GetString();
}
