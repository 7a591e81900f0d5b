using System.Formats.Tar;
using System.Text;

namespace OpenInteractions.Sandboxes.Tests.Init;

/// <summary>File operations, as the init does them.</summary>
public sealed class InitFileTests
{
    private static readonly WriteOptions Replace = new() { Overwrite = true };

    [Fact]
    public async Task A_file_is_written_read_in_parts_and_described()
    {
        await using var init = new PlainInit();
        var data = new byte[1_000_000];
        new Random(2).NextBytes(data);

        Assert.Equal(data.Length, await init.Files.WriteAsync(init["a/b/file"], new MemoryStream(data), new WriteOptions { MakeParents = true, Mode = 0x1C0 }, Within.Time));
        var part = new MemoryStream();
        Assert.True(await init.Files.ReadAsync(init["a/b/file"], 10, 500_000, part, Within.Time));
        var rest = new MemoryStream();
        Assert.False(await init.Files.ReadAsync(init["a/b/file"], 999_990, 500_000, rest, Within.Time));

        Assert.Equal(data[10..500_010], part.ToArray());
        Assert.Equal(data[999_990..], rest.ToArray());
        var entry = await init.Files.StatAsync(init["a/b/file"], Within.Time);
        Assert.Equal((SandboxEntryKind.File, 1_000_000, 0x1C0), (entry.Kind, entry.Size, entry.Mode));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(init["a/b"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_entry_says_when_it_was_made_where_the_file_system_knows_it()
    {
        await using var init = new PlainInit();
        await File.WriteAllTextAsync(init["file"], "old");
        File.SetLastWriteTimeUtc(init["file"], new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%W", init["file"]]) { RedirectStandardOutput = true })!;
        var born = long.Parse(await stat.StandardOutput.ReadToEndAsync(Within.Time), System.Globalization.CultureInfo.InvariantCulture); // 0 where nobody knows

        var entry = (await init.Files.ListAsync(init[""], recursive: false, "file", 1, Within.Time)).Items.Single();

        Assert.Equal(2001, entry.Modified.Year);
        Assert.Equal(born, entry.Created?.ToUnixTimeSeconds() ?? 0);
        Assert.Equal(entry.Created, (await init.Files.StatAsync(init["file"], Within.Time)).Created);
    }

    [Fact]
    public async Task A_file_is_replaced_only_where_that_is_asked_for()
    {
        await using var init = new PlainInit();
        await File.WriteAllTextAsync(init["file"], "old");

        var failure = await Assert.ThrowsAsync<SandboxException>(() => init.Files.WriteAsync(init["file"], Text("new"), new WriteOptions(), Within.Time));
        Assert.Equal(17, failure.Errno);
        Assert.Equal("old", await File.ReadAllTextAsync(init["file"]));

        await init.Files.WriteAsync(init["file"], Text("new"), Replace, Within.Time);
        Assert.Equal("new", await File.ReadAllTextAsync(init["file"]));
    }

    [Fact]
    public async Task A_link_is_replaced_and_not_written_through()
    {
        await using var init = new PlainInit();
        await File.WriteAllTextAsync(init["target"], "old");
        File.CreateSymbolicLink(init["link"], init["target"]);

        await init.Files.WriteAsync(init["link"], Text("new"), Replace, Within.Time);

        Assert.Equal(("old", "new"), (await File.ReadAllTextAsync(init["target"]), await File.ReadAllTextAsync(init["link"])));
        Assert.Null(new FileInfo(init["link"]).LinkTarget);
    }

    [Fact]
    public async Task More_than_the_limit_is_refused_and_leaves_nothing()
    {
        await using var init = new PlainInit();

        var failure = await Assert.ThrowsAsync<SandboxException>(() => init.Files.WriteAsync(init["file"], new MemoryStream(new byte[1_000_001]), new WriteOptions { Limit = 1_000_000 }, Within.Time));

        Assert.Equal(27, failure.Errno);
        Assert.Empty(Directory.GetFileSystemEntries(init.Home.FullName));
    }

    [Fact]
    public async Task A_directory_is_listed_by_name_with_links_as_links()
    {
        await using var init = new PlainInit();
        Directory.CreateDirectory(init["d/below"]);
        await File.WriteAllTextAsync(init["d/below/two.txt"], "22");
        await File.WriteAllTextAsync(init["d/one.md"], "1");
        File.CreateSymbolicLink(init["d/out"], "/etc");

        var flat = await init.Files.ListAsync(init["d"], recursive: false, null, 100, Within.Time);
        var deep = await init.Files.ListAsync(init["d"], recursive: true, "*.txt", 100, Within.Time);
        var cut = await init.Files.ListAsync(init["d"], recursive: true, null, 2, Within.Time);

        Assert.Equal([("below", SandboxEntryKind.Directory, ""), ("one.md", SandboxEntryKind.File, ""), ("out", SandboxEntryKind.Link, "/etc")], flat.Items.Select(e => (e.Path, e.Kind, e.LinkTarget)));
        Assert.Equal(["below/two.txt"], deep.Items.Select(e => e.Path));
        Assert.Equal((2, true, false), (cut.Items.Count, cut.Truncated, flat.Truncated));
    }

    [Fact]
    public async Task Files_are_renamed_and_removed()
    {
        await using var init = new PlainInit();
        await init.Files.MakeDirectoryAsync(init["a/b"], Within.Time);
        await init.Files.MakeDirectoryAsync(init["a/b"], Within.Time);
        await init.Files.WriteAsync(init["a/b/file"], Text("x"), new WriteOptions(), Within.Time);
        await init.Files.RenameAsync(init["a/b/file"], init["a/file"], overwrite: false, Within.Time);

        Assert.Equal(39, (await Assert.ThrowsAsync<SandboxException>(() => init.Files.RemoveAsync(init["a"], recursive: false, Within.Time))).Errno);
        Assert.True(File.Exists(init["a/file"]));
        await init.Files.RemoveAsync(init["a"], recursive: true, Within.Time);
        Assert.Empty(Directory.GetFileSystemEntries(init.Home.FullName));
    }

    [Fact]
    public async Task Removing_a_tree_does_not_follow_its_links()
    {
        await using var init = new PlainInit();
        Directory.CreateDirectory(init["keep"]);
        await File.WriteAllTextAsync(init["keep/file"], "x");
        Directory.CreateDirectory(init["tree/sub"]);
        File.CreateSymbolicLink(init["tree/sub/link"], init["keep"]);

        await init.Files.RemoveAsync(init["tree"], recursive: true, Within.Time);

        Assert.True(File.Exists(init["keep/file"]));
        Assert.False(Directory.Exists(init["tree"]));
    }

    [Theory]
    [InlineData(false, "fo.d", 0)]
    [InlineData(false, "food", 2)]
    [InlineData(true, "fo.d", 2)]
    public async Task Lines_are_found(bool isExpression, string text, int count)
    {
        await using var init = new PlainInit();
        Directory.CreateDirectory(init["d"]);
        await File.WriteAllTextAsync(init["d/a"], "nothing\nfood one\n");
        await File.WriteAllTextAsync(init["d/b"], "food two\n");
        await File.WriteAllTextAsync(init["d/binary"], "food\0");

        var found = await init.Files.SearchAsync(init["d"], text, isExpression, 10, Within.Time);

        Assert.Equal(new SandboxMatch[] { new(init["d/a"], 2, "food one"), new(init["d/b"], 1, "food two") }.Take(count), found.Items);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("d")]
    public async Task What_is_no_file_is_not_read(string name)
    {
        await using var init = new PlainInit();
        await init.ShellAsync($"mkdir {init["d"]}; mkfifo {init["pipe"]}");

        await Assert.ThrowsAsync<SandboxException>(() => init.Files.ReadAsync(init[name], 0, 10, new MemoryStream(), Within.Time));
    }

    [Fact]
    public async Task A_tree_survives_the_way_through_an_archive()
    {
        await using var init = new PlainInit();
        await init.ShellAsync($"mkdir -p {init["a/sub"]} {init["b"]}; head -c 300000 /dev/urandom >{init["a/sub/data"]}; ln -s sub/data {init["a/link"]}; echo hi >{init["a/file"]}; chmod 750 {init["a/file"]}");

        var archive = new MemoryStream();
        await init.Files.TarOutAsync(init["a"], archive, Within.Time);
        archive.Position = 0;
        await init.Files.TarInAsync(init["b"], archive, overwrite: false, 10_000_000, Within.Time);

        Assert.Equal("", (await init.ShellAsync($"diff -r --no-dereference {init["a"]} {init["b"]}")).Output);
        Assert.Equal(0x1E8, (await init.Files.StatAsync(init["b/file"], Within.Time)).Mode);
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("a/../../out")]
    [InlineData("/tmp/oi-slip-out")]
    [InlineData("a/\u0007/out")]
    public async Task An_archive_whose_names_lead_out_is_refused(string name)
    {
        await using var init = new PlainInit();
        Directory.CreateDirectory(init["in"]);

        var failure = await Assert.ThrowsAsync<SandboxException>(() => init.Files.TarInAsync(init["in"], Archive(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = Text("x") }), true, 1000, Within.Time));

        Assert.Equal(22, failure.Errno);
        Assert.Equal(["in"], Directory.GetFileSystemEntries(init.Home.FullName).Select(Path.GetFileName));
        Assert.False(File.Exists("/tmp/oi-slip-out"));
    }

    [Fact]
    public async Task An_archive_that_writes_through_a_link_is_refused()
    {
        await using var init = new PlainInit();
        Directory.CreateDirectory(init["in"]);
        Directory.CreateDirectory(init["out"]);
        File.CreateSymbolicLink(init["in/there"], "../out");

        await Assert.ThrowsAsync<SandboxException>(() => init.Files.TarInAsync(init["in"], Archive(new PaxTarEntry(TarEntryType.RegularFile, "there/file") { DataStream = Text("x") }), true, 1000, Within.Time));

        Assert.Empty(Directory.GetFileSystemEntries(init["out"]));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink, "../../out")]
    [InlineData(TarEntryType.SymbolicLink, "/etc")]
    [InlineData(TarEntryType.HardLink, "/etc/passwd")]
    [InlineData(TarEntryType.Fifo, "")]
    [InlineData(TarEntryType.CharacterDevice, "")]
    public async Task An_archive_of_more_than_files_is_refused(TarEntryType type, string target)
    {
        await using var init = new PlainInit();
        Directory.CreateDirectory(init["in"]);
        var entry = new PaxTarEntry(type, "x");
        if (target.Length > 0)
        {
            entry.LinkName = target;
        }

        await Assert.ThrowsAsync<SandboxException>(() => init.Files.TarInAsync(init["in"], Archive(entry), true, 1000, Within.Time));

        Assert.Empty(Directory.GetFileSystemEntries(init["in"]));
    }

    [Fact]
    public async Task Work_that_nobody_waits_for_any_more_ends()
    {
        await using var init = new PlainInit();
        using var gone = new CancellationTokenSource();
        var endless = new EndlessStream(gone);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => init.Files.WriteAsync(init["file"], endless, new WriteOptions(), gone.Token));
        await init.ShellAsync("true");

        Assert.Equal("hi\n", (await init.ShellAsync("echo hi")).Output);
        Assert.False(File.Exists(init["file"]));
    }

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static MemoryStream Archive(params PaxTarEntry[] entries)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        archive.Position = 0;
        return archive;
    }

    private sealed class EndlessStream(CancellationTokenSource gone) : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++_reads > 20)
            {
                gone.Cancel();
            }

            return ValueTask.FromResult(buffer.Length);
        }
    }
}
