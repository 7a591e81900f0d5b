namespace OpenInteractions.Sandboxes.Tests.Init;

/// <summary>Archives that no program writes: they are refused, each alone, and the init lives on.</summary>
public sealed class HostileArchiveTests
{
    private static readonly byte[] Huge = [0x80, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    public static TheoryData<string> Kinds => [.. All.Keys];

    private static Dictionary<string, Action<RawArchive>> All { get; } = new()
    {
        ["a uid beyond all numbers"] = a => a.Add("bad", fields: (108, Huge)),
        ["a gid beyond all numbers"] = a => a.Add("bad", fields: (116, Huge)),
        ["a mode of letters"] = a => a.Add("bad", fields: (100, "zzzzzzz\0"u8.ToArray())),
        ["a mode beyond all numbers"] = a => a.Add("bad", fields: (100, Huge)),
        ["a time of letters"] = a => a.Add("bad", fields: (136, "zzzzzzzzzzz\0"u8.ToArray())),
        ["a time beyond all years"] = a => a.Add("bad", fields: (136, [0x80, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
        ["a size beyond all numbers"] = a => a.Add("bad", fields: (124, [0x80, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
        ["a directory with content"] = a => a.Add("bad", '5', "content"),
        ["a link with content"] = a => a.Add("bad", '2', "content", fields: (157, "ok.txt"u8.ToArray())),
        ["a record twice"] = a => a.Say(("path", "one"), ("path", "two")).Add("bad"),
        ["two extended headers"] = a => a.Say(("path", "one")).Say(("path", "two")).Add("bad"),
        ["a long name and an extended header"] = a => a.Add("././@LongLink", 'L', "one\0").Say(("path", "two")).Add("bad"),
        ["a device"] = a => a.Add("bad", '3'),
        ["an end in the middle"] = a => a.Add("bad", size: "00000100000\0"),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_no_sound_archive_fails_alone_and_ends_nothing(string kind)
    {
        await using var init = new PlainInit();
        Directory.CreateDirectory(init["in"]);

        // Either it is refused, or what the check says is what is written.
        var refused = await Record.ExceptionAsync(() => init.Files.TarCheckAsync(init["in"], Archive(kind), 100, 1_000_000, Within.Time));
        var failed = await Record.ExceptionAsync(() => init.Files.TarInAsync(init["in"], Archive(kind), overwrite: false, 1_000_000, Within.Time));

        foreach (var exception in new[] { refused, failed }.OfType<Exception>())
        {
            Assert.Equal(SandboxErrorKind.File, Assert.IsType<SandboxException>(exception).Kind);
        }

        Assert.True(refused is not null || failed is null, $"{kind}: what was checked could not be written: {failed}");
        Assert.Equal("still there\n", (await init.ShellAsync("echo still there")).Output);
    }

    [Fact]
    public async Task A_check_says_what_would_be_written_and_names_what_is_wrong()
    {
        await using var init = new PlainInit();

        var sound = await init.Files.TarCheckAsync("/x", new RawArchive().Add("./").Add("d/", '5').Add("./d/a", content: "a").Say(("path", "d/b")).Add("x").End(), 100, 1000, Within.Time);
        var wrong = await Assert.ThrowsAsync<SandboxException>(() => init.Files.TarCheckAsync("/x", Archive("a device"), 100, 1000, Within.Time));
        var behind = await Assert.ThrowsAsync<SandboxException>(() => init.Files.TarCheckAsync("/x", Archive("a uid beyond all numbers"), 100, 1000, Within.Time));
        var many = await Assert.ThrowsAsync<SandboxException>(() => init.Files.TarCheckAsync("/x", new RawArchive().Add("a").Add("b").End(), 1, 1000, Within.Time));

        Assert.Equal([new ArchiveEntry("d", true), new("d/a", false), new("d/b", false)], sound);
        Assert.Equal((22, "bad"), (wrong.Errno, wrong.Detail));
        Assert.Equal((22, "the entry behind 'ok.txt'"), (behind.Errno, behind.Detail));
        Assert.Equal((27, "b"), (many.Errno, many.Detail));
        Assert.Empty(Directory.GetFileSystemEntries(init.Home.FullName));
    }

    [Fact]
    public async Task A_file_that_grows_or_is_cut_while_it_is_read_breaks_nothing_behind_it()
    {
        await using var init = new PlainInit();
        await init.ShellAsync($"mkdir {init["d"]}; head -c 3000000 /dev/zero >{init["d/a"]}; echo last >{init["d/z"]}");
        var archive = new GrowingStream(() => File.AppendAllText(init["d/a"], new string('x', 5000)));
        await init.Files.TarOutAsync(init["d"], archive, Within.Time);
        var cut = new GrowingStream(() => File.WriteAllText(init["d/a"], "short"));
        await init.Files.TarOutAsync(init["d"], cut, Within.Time);

        foreach (var (bytes, least) in new[] { (archive, 3_000_000L), (cut, 3_000_000L) })
        {
            bytes.Position = 0;
            using var reader = new System.Formats.Tar.TarReader(bytes);
            var (first, length) = (reader.GetNextEntry()!, 0L);
            length = first.Length;
            Assert.Equal("a", first.Name);
            Assert.InRange(length, least, 10_000_000);
            Assert.Equal("z", reader.GetNextEntry()!.Name);
            Assert.Null(reader.GetNextEntry());
        }
    }

    [Fact]
    public async Task A_session_whose_place_is_taken_begins_anew_and_says_so()
    {
        await using var init = new PlainInit();
        await Session("cd /usr; export FRUIT=pear");
        await Session($"rm -rf {init[".sessions"]}; echo mine >{init[".sessions"]}");

        var first = await Session("echo \"${FRUIT-none}\"; cd /usr");
        var second = await Session("pwd");

        Assert.Equal("none\n", first.Output);
        Assert.Contains("begins anew", first.Error, StringComparison.Ordinal);
        Assert.Equal(("/usr\n", ""), (second.Output, second.Error));

        Task<Finished> Session(string line) => init.RunAsync(new CommandSpec { Arguments = [line], Session = "one" });
    }

    private static MemoryStream Archive(string kind)
    {
        var archive = new RawArchive().Add("ok.txt", content: "good");
        All[kind](archive);
        return archive.End();
    }

    /// <summary>Does something to the file when its first bytes have come.</summary>
    private sealed class GrowingStream(Action first) : MemoryStream
    {
        private bool _begun;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            if (Length > 2000 && !_begun)
            {
                _begun = true;
                first();
            }
        }
    }
}
