using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Uploads that come in parts, what an archive may not say, and sandboxes that end at the wrong moment.</summary>
public sealed class UploadTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-uploads-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Uploads_that_have_ended_do_not_count_as_open_and_their_oldest_answers_go_first()
    {
        using var host = new SandboxHost(_directory.FullName, () => "host-1", () => throw new InvalidOperationException());
        var uploads = new EnvironmentUploads(host, Options.Create(new EnvironmentOptions()), TimeProvider.System);
        var (now, ended) = (TimeProvider.System.GetUtcNow().UtcDateTime, new List<string>());
        for (var i = 0; i < 300; i++)
        {
            ended.Add(uploads.Begin("env_1", null));
            uploads.Finish("env_1", ended[^1], "{}"u8);
            foreach (var file in Directory.GetFiles(_directory.FullName, $"{ended[^1]}.answer", SearchOption.AllDirectories))
            {
                File.SetLastWriteTimeUtc(file, now.AddMinutes(-5).AddMilliseconds(i)); // a clock that is too coarse makes them one
            }
        }

        Assert.Null(uploads.AnswerOf("env_1", ended[0]));
        Assert.NotNull(uploads.AnswerOf("env_1", ended[^1]));
        Assert.InRange(ended.Count(id => uploads.AnswerOf("env_1", id) is not null), 255, 257);
        for (var i = 0; i < 32; i++)
        {
            uploads.Begin("env_1", null);
        }

        Assert.Equal(ErrorCode.TooManyRequests, Assert.Throws<ApiException>(() => uploads.Begin("env_1", null)).Code);
    }

    [RootFact]
    public async Task An_archive_that_cannot_be_unpacked_to_its_end_writes_nothing()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        var upload = new UploadToEnvironment(Options.Create(rig.Options));
        await using var use = await rig.Environments.VisitAsync(EnvironmentRig.Project, made.Id, Within.Time);

        foreach (var archive in new[]
        {
            new RawArchive().Add("ok.txt", content: "good").Add("bad", fields: (108, [0x80, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
            new RawArchive().Add("ok.txt", content: "good").Add("bad", fields: (100, "zzzzzzz\0"u8.ToArray())),
            new RawArchive().Add("ok.txt", content: "good").Say(("path", "one")).Say(("path", "two")).Add("bad"),
        })
        {
            var refused = await Assert.ThrowsAsync<ApiException>(() => upload.ExtractAsync(use, "/workspace/in", archive.End(), overwrite: false, Within.Time));
            Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
            Assert.Contains("ok.txt", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Nothing was written.", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal("", await EnvironmentRig.RunAsync(await use.SandboxAsync(Within.Time), "ls -A /workspace"));
        Assert.Equal(["/workspace/in/ok.txt"], (await upload.ExtractAsync(use, "/workspace/in", new RawArchive().Add("ok.txt", content: "good").End(), overwrite: false, Within.Time)).Select(e => e.Path));
    }

    [RootFact]
    public async Task A_sandbox_that_ends_while_a_run_begins_is_replaced_once_and_then_told()
    {
        await using var rig = new EnvironmentRig();
        await using var run = new RunEnvironment(rig.Environments, EnvironmentRig.Project, (await rig.CreateAsync()).Id, "int_root");
        var (ends, looks) = (1, 0);

        Assert.Equal(SandboxEntryKind.Directory, await run.LookAsync(LookAsync, Within.Time));
        Assert.Equal(2, looks);
        ends = 9;
        var failed = await Assert.ThrowsAsync<ApiException>(() => run.LookAsync(LookAsync, Within.Time));

        Assert.Equal(ErrorCode.ServiceUnavailable, failed.Code);
        Assert.Contains("ended twice", failed.Message, StringComparison.Ordinal);

        async Task<SandboxEntryKind> LookAsync(ISandboxFiles files, CancellationToken cancellationToken)
        {
            looks++;
            if (ends-- > 0)
            {
                await rig.Environments.Local.Live.StopAllAsync();
            }

            return (await files.StatAsync("/workspace", cancellationToken)).Kind;
        }
    }
}
