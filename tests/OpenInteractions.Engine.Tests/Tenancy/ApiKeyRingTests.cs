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
    public void A_key_opens_its_project_and_no_other_text_opens_anything()
    {
        var (entry, key) = _file.Create("search", _time.GetUtcNow());
        var ring = Ring(isPrivate: true);

        Assert.Equal(new Caller("search", entry.Id), ring.Find([key]));
        Assert.Null(ring.Find([key[..^1]]));
        Assert.Null(ring.Find([entry.Sha256]));
        Assert.Null(ring.Find([entry.Id]));
        Assert.Null(ring.Find([""]));
        Assert.Null(ring.Find([]));
    }

    [Fact]
    public void The_first_valid_key_counts()
    {
        var (_, first) = _file.Create("one", _time.GetUtcNow());
        var (_, second) = _file.Create("two", _time.GetUtcNow());

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
    public void An_open_server_knows_keys_and_serves_everybody_else_too()
    {
        var (entry, key) = _file.Create("search", _time.GetUtcNow());
        var ring = Ring(isOpen: true);

        Assert.Equal(new Caller("search", entry.Id), ring.Find([key]));
        Assert.Equal(new Caller("default", null), ring.Find(["wrong"]));
    }

    [Fact]
    public void The_first_key_closes_a_private_server_within_a_second()
    {
        var ring = Ring(isPrivate: true);
        var (_, key) = _file.Create("search", _time.GetUtcNow());

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Find(["anything"]));
        Assert.Equal("search", ring.Find([key])!.Project);
        Assert.Equal(1, ring.Count);
    }

    [Fact]
    public void A_revoked_key_opens_nothing_after_a_second_at_most()
    {
        var (entry, key) = _file.Create("search", _time.GetUtcNow());
        _file.Create("other", _time.GetUtcNow());
        var ring = Ring(isPrivate: true);
        Assert.NotNull(ring.Find([key]));

        Assert.True(_file.Revoke(entry.Id));
        File.SetLastWriteTimeUtc(Path.Combine(_folder.FullName, ApiKeyFile.FileName), new DateTime(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Find([key]));
    }

    [Fact]
    public void The_file_is_not_looked_at_more_than_once_a_second()
    {
        var ring = Ring();
        var (_, key) = _file.Create("search", _time.GetUtcNow());

        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Null(ring.Find([key]));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotNull(ring.Find([key]));
    }

    private ApiKeyRing Ring(bool isOpen = false, bool isPrivate = false) => new(_file, isOpen, isPrivate, _time);
}
