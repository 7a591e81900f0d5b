using OpenInteractions.Testing;

namespace OpenInteractions.Faults.Tests;

/// <summary>A server that is set up wrongly says what to change, all of it at once, and nothing else.</summary>
public sealed class WrongSettingsTests
{
    [Fact]
    public async Task All_that_is_wrong_is_listed_by_its_setting_and_nothing_else_is_printed()
    {
        var (code, log) = await ServerProcess.RunToEndAsync(
            ("OpenInteractions__Auth__Mode", "closed"),
            ("OpenInteractions__MaxConcurrent", "5"),
            ("OpenInteractions__Nonsense", "5"),
            ("OpenInteractions__Runs__MaxConcurent", "5"),
            ("OpenInteractions__Retention", "5"),
            ("OpenInteractions__Retention__KepFor", "5"),
            ("OpenInteractions__Providers__Endpoints__local__BaseUr", "http://127.0.0.1:1"),
            ("OpenInteractions__Runs__MaxConcurrent", "0"),
            ("OpenInteractions__Runs__LeaseTime", "soon"),
            ("OpenInteractions__Retention__KeepFor", "00:00:01"),
            ("OpenInteractions__Storage__Sqlite__Readers", "many"),
            ("OpenInteractions__Providers__Demo", "maybe"),
            ("OpenInteractions__Providers__IdleTimeout", "02:00:00"),
            ("OpenInteractions__Providers__Endpoints__local__Wire", "grpc"),
            ("OpenInteractions__Requests__PublicAddress", "ai.example.com"),
            ("OpenInteractions__Outbound__AllowedNetworks__0", "127.0.0.1/32"),
            ("OpenInteractions__Outbound__AllowedNetworks__1", "10.1.0.0/33"),
            ("OpenInteractions__Models__DefaultProvider", "nobody"));

        Assert.Equal(1, code);
        Assert.Equal(
            [
                "- OpenInteractions:Auth:Mode: must be open, or not set.",
                "- OpenInteractions:MaxConcurrent: there is no such setting. Did you mean OpenInteractions:Runs:MaxConcurrent?",
                "- OpenInteractions:Models:DefaultProvider: there is no provider 'nobody'. Configured: demo.",
                "- OpenInteractions:Nonsense: there is no such setting.",
                "- OpenInteractions:Outbound:AllowedNetworks:1: must be a network such as 10.1.0.0/16, 127.0.0.1/32 or fd00::/8, with no bits set behind the prefix.",
                "- OpenInteractions:Providers:Demo: must be true or false.",
                "- OpenInteractions:Providers:Endpoints:local:BaseUr: there is no such setting. Did you mean OpenInteractions:Providers:Endpoints:local:BaseUrl?",
                "- OpenInteractions:Providers:Endpoints:local:BaseUrl: is missing. It is the address before 'chat/completions', such as http://127.0.0.1:8000/v1.",
                "- OpenInteractions:Providers:Endpoints:local:Wire: must be one of auto, responses, chat.",
                "- OpenInteractions:Providers:IdleTimeout: must be between 00:00:00.1000000 and 01:00:00.",
                "- OpenInteractions:Requests:PublicAddress: must be an http or https address without user name, query and fragment.",
                "- OpenInteractions:Retention: is a section and has no value of its own.",
                "- OpenInteractions:Retention:KeepFor: must be between 00:01:00 and 36500.00:00:00.",
                "- OpenInteractions:Retention:KepFor: there is no such setting. Did you mean OpenInteractions:Retention:KeepFor?",
                "- OpenInteractions:Runs:LeaseTime: must be a time such as 00:00:30.",
                "- OpenInteractions:Runs:MaxConcurent: there is no such setting. Did you mean OpenInteractions:Runs:MaxConcurrent?",
                "- OpenInteractions:Runs:MaxConcurrent: must be between 1 and 100000.",
                "- OpenInteractions:Storage:Sqlite:Readers: must be a whole number.",
                "The configuration is wrong:",
            ],
            Lines(log).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_library_that_cannot_be_loaded_is_told_in_one_line()
    {
        var (code, log) = await ServerProcess.RunToEndAsync(("OpenInteractions__Storage__Sqlite__LibraryPath", "/nothing/here.so"));

        Assert.Equal(1, code);
        Assert.Equal(["OpenInteractions:Storage:Sqlite:LibraryPath is not a library that can be loaded: /nothing/here.so"], Lines(log));
    }

    [Theory]
    [InlineData("--nonsense 1", "--nonsense: there is no such argument.")]
    [InlineData("--url http://127.0.0.1:0", "--url: there is no such argument. Did you mean --urls?")]
    [InlineData("stray", "'stray': every value needs its name before it, as in --data-dir DIR.")]
    [InlineData("--data-dir", "--data-dir: needs a value.")]
    [InlineData("--data-dir=", "--data-dir: needs a directory.")]
    [InlineData("--data-dir --urls http://127.0.0.1:0", "--data-dir: needs a value.")]
    public async Task An_argument_that_means_nothing_is_refused(string args, string problem)
    {
        var (code, log, left) = await ServerProcess.RunToEndAsync(args.Split(' '));

        Assert.Equal(1, code);
        Assert.Equal(["The command line is wrong; --help says what can be given:", "- " + problem], Lines(log));
        Assert.Empty(left);
    }

    [Theory]
    [InlineData("--urls foo", "urls: must be an address such as http://127.0.0.1:8080 ('foo').")]
    [InlineData("--urls http://localhost:18461/base", "urls: must have no path; a proxy in front can add one ('http://localhost:18461/base').")]
    [InlineData("--urls http://127.0.0.1:99999", "urls: must have a port from 0 to 65535 ('http://127.0.0.1:99999').")]
    [InlineData("--urls http://127.0.0.1:abc", "urls: must have a port from 0 to 65535 ('http://127.0.0.1:abc').")]
    [InlineData("--urls http://localhost:0", "urls: cannot have port 0 (any free one) on localhost, which is two addresses; write 127.0.0.1 ('http://localhost:0').")]
    [InlineData("--urls https://127.0.0.1:0", "urls: 'https://127.0.0.1:0' needs a certificate: set Kestrel:Certificates:Default:Path and :Password (or :KeyPath), or listen on http behind a proxy.")]
    [InlineData("--http_ports 70000", "http_ports: must be ports from 0 to 65535 ('70000').")]
    [InlineData("--Kestrel:Endpoints:A:Url foo", "Kestrel:Endpoints:A:Url: must be an address such as http://127.0.0.1:8080 ('foo').")]
    [InlineData("--urls https://127.0.0.1:0 --Kestrel:Certificates:Default:Path no.pem", "Kestrel:Certificates:Default:Path: there is no file 'no.pem' (relative to the program's folder).")]
    public async Task An_address_that_cannot_be_listened_on_is_refused_and_nothing_was_made(string args, string problem)
    {
        var (code, log, left) = await ServerProcess.RunToEndAsync(args.Split(' '));

        Assert.Equal(1, code);
        Assert.Equal(["The configuration is wrong:", "- " + problem], Lines(log));
        Assert.Empty(left);
    }

    [Fact]
    public async Task A_port_or_a_directory_that_another_server_has_is_refused_in_one_line_and_left_as_it_is()
    {
        await using var server = await ServerProcess.StartAsync();
        var address = server.Address.GetLeftPart(UriPartial.Authority);

        var port = await ServerProcess.RunToEndAsync(["--urls", address]);
        var both = await ServerProcess.RunToEndAsync(["--urls", address, "--data-dir", server.DataDirectory]);
        var directory = await ServerProcess.RunToEndAsync(["--urls", "http://127.0.0.1:0", "--data-dir", server.DataDirectory]);

        string[] expected = [$"urls: another process listens on '{address}' already. Stop that one, or choose another port with --urls."];
        Assert.Equal((1, 1, 1), (port.ExitCode, both.ExitCode, directory.ExitCode));
        Assert.Equal(expected, Lines(port.Log));
        Assert.Equal(expected, Lines(both.Log));
        Assert.Contains("is in use by another process", directory.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", directory.Log, StringComparison.Ordinal);
        Assert.Empty(port.Left);

        var owner = server.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await server.KillAsync(); // nobody can read the file while it is locked
        Assert.Equal(owner, (await File.ReadAllTextAsync(Path.Combine(server.DataDirectory, "lock"))).Trim());
    }

    [Fact]
    public async Task A_file_of_keys_that_cannot_be_used_is_told_in_one_line()
    {
        var data = Directory.CreateTempSubdirectory("openinteractions-keys-");
        try
        {
            var keys = Path.Combine(data.FullName, "keys.json");
            await File.WriteAllTextAsync(keys, "[{");
            var broken = await ServerProcess.RunToEndAsync(["--urls", "http://127.0.0.1:0", "--data-dir", data.FullName]);
            File.Delete(keys);
            Directory.CreateDirectory(keys);
            var directory = await ServerProcess.RunToEndAsync(["--urls", "http://127.0.0.1:0", "--data-dir", data.FullName]);

            Assert.Equal((1, 1), (broken.ExitCode, directory.ExitCode));
            Assert.Contains("is not a list of API keys", Assert.Single(Lines(broken.Log)), StringComparison.Ordinal);
            Assert.Contains("is a directory", Assert.Single(Lines(directory.Log)), StringComparison.Ordinal);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static string[] Lines(string log) => log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
