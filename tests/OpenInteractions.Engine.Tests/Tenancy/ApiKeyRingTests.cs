using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Tenancy;

[Rule("TR-5")]
public sealed class ApiKeyRingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");
    private readonly ManualTime _time = new();
    private readonly ApiKeyFile _file;

    public ApiKeyRingTests() => _file = new ApiKeyFile(Path.Combine(_folder.FullName, ApiKeyFile.FileName));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_key_opens_its_project_and_no_other_text_opens_anything()
    {
        var (entry, key) = await CreateAsync("search");
        var ring = Ring(isPrivate: true);

        Assert.Equal(new Caller("search", entry.Id), ring.Find([key]));
        Assert.Null(ring.Find([key[..^1]]));
        Assert.Null(ring.Find([entry.Sha256]));
        Assert.Null(ring.Find([entry.Id]));
        Assert.Null(ring.Find([""]));
        Assert.Null(ring.Find([]));
    }

    [Fact]
    public async Task The_first_valid_key_counts()
    {
        var (_, first) = await CreateAsync("one");
        var (_, second) = await CreateAsync("two");

        Assert.Equal("two", Ring().Find(["wrong", second, first])!.Project);
    }

    [Fact]
    public void Without_keys_a_private_server_serves_everybody_as_the_default_project()
    {
        var ring = Ring(isPrivate: true);

        Assert.True(ring.AcceptsAnyone);
        Assert.Equal(new Caller("default", null), ring.Find(["anything"]));
        Assert.Equal(new Caller("default", null), ring.Find([]));
    }

    [Fact]
    public void Without_keys_a_server_that_others_reach_serves_nobody()
    {
        var ring = Ring();

        Assert.False(ring.AcceptsAnyone);
        Assert.Null(ring.Find(["anything"]));
    }

    [Fact]
    public async Task An_open_server_knows_keys_and_serves_everybody_else_too()
    {
        var (entry, key) = await CreateAsync("search");
        var ring = Ring(isOpen: true);

        Assert.Equal(new Caller("search", entry.Id), ring.Find([key]));
        Assert.Equal(new Caller("default", null), ring.Find(["wrong"]));
    }

    [Fact]
    public async Task The_first_key_closes_a_private_server_within_a_second()
    {
        var ring = Ring(isPrivate: true);
        var (_, key) = await CreateAsync("search");

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Find(["anything"]));
        Assert.Equal("search", ring.Find([key])!.Project);
        Assert.Equal(1, ring.Count);
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_after_a_second_at_most()
    {
        var (entry, key) = await CreateAsync("search");
        await CreateAsync("other");
        var ring = Ring(isPrivate: true);
        Assert.NotNull(ring.Find([key]));

        Assert.True(await _file.RevokeAsync(entry.Id, CancellationToken.None));
        File.SetLastWriteTimeUtc(Path.Combine(_folder.FullName, ApiKeyFile.FileName), new DateTime(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Find([key]));
    }

    [Fact]
    public async Task The_file_is_not_looked_at_more_than_once_a_second()
    {
        var ring = Ring();
        var (_, key) = await CreateAsync("search");

        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Null(ring.Find([key]));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotNull(ring.Find([key]));
    }

    [Fact]
    public async Task The_last_key_that_is_revoked_closes_the_server_now_and_at_the_next_start()
    {
        var ring = Ring(isPrivate: true);
        var (entry, key) = await CreateAsync("search");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(ring.Find([key]));

        await _file.RevokeAsync(entry.Id, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Find([]));
        Assert.False(ring.ServesThisMachineOnly);
        Assert.Null(Ring(isPrivate: true).Find([]));
    }

    [Fact]
    public async Task A_file_that_is_deleted_takes_its_keys_along_and_opens_nothing()
    {
        var (_, key) = await CreateAsync("search");
        var ring = Ring(isPrivate: true);

        File.Delete(Path.Combine(_folder.FullName, ApiKeyFile.FileName));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Find([key]));
        Assert.False(ring.AcceptsAnyone);
    }

    [Fact]
    public async Task A_file_that_is_broken_opens_nothing_and_is_read_again_when_it_is_mended()
    {
        var ring = Ring(isPrivate: true);
        var path = Path.Combine(_folder.FullName, ApiKeyFile.FileName);
        await File.WriteAllTextAsync(path, "no keys");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(ring.AcceptsAnyone);

        File.Delete(path);
        var (_, key) = await CreateAsync("search");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(ring.Find([key]));
        Assert.Null(ring.Find([]));
    }

    private Task<(ApiKeyEntry Entry, string Key)> CreateAsync(string project) => _file.CreateAsync(project, _time.GetUtcNow(), CancellationToken.None);

    private ApiKeyRing Ring(bool isOpen = false, bool isPrivate = false) => new(_file, isOpen, isPrivate, _time, NullLogger<ApiKeyRing>.Instance);
}
