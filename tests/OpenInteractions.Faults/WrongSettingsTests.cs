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
            ("OpenInteractions__Runs__MaxConcurrent", "0"),
            ("OpenInteractions__Runs__LeaseTime", "soon"),
            ("OpenInteractions__Retention__KeepFor", "00:00:01"),
            ("OpenInteractions__Storage__Sqlite__Readers", "many"),
            ("OpenInteractions__Providers__Demo", "maybe"),
            ("OpenInteractions__Providers__IdleTimeout", "02:00:00"),
            ("OpenInteractions__Providers__Endpoints__local__Wire", "grpc"),
            ("OpenInteractions__Models__DefaultProvider", "nobody"));

        Assert.Equal(1, code);
        Assert.Equal(
            [
                "- OpenInteractions:Auth:Mode: must be open, or not set.",
                "- OpenInteractions:Models:DefaultProvider: there is no provider 'nobody'. Configured: demo.",
                "- OpenInteractions:Providers:Demo: must be true or false.",
                "- OpenInteractions:Providers:Endpoints:local:BaseUrl: is missing. It is the address before 'chat/completions', such as http://127.0.0.1:8000/v1.",
                "- OpenInteractions:Providers:Endpoints:local:Wire: must be one of auto, responses, chat.",
                "- OpenInteractions:Providers:IdleTimeout: must be between 00:00:00.1000000 and 01:00:00.",
                "- OpenInteractions:Retention:KeepFor: must be between 00:01:00 and 36500.00:00:00.",
                "- OpenInteractions:Runs:LeaseTime: must be a time such as 00:00:30.",
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

    private static string[] Lines(string log) => log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
