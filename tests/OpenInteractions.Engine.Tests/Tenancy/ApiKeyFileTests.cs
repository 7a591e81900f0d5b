using OpenInteractions.Contracts.Keys;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Tenancy;

public sealed class ApiKeyFileTests : IDisposable
{
    private static readonly DateTimeOffset Now = new ManualTime().GetUtcNow();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");
    private readonly string _path;
    private readonly ApiKeyFile _file;

    public ApiKeyFileTests()
    {
        _path = Path.Combine(_folder.FullName, ApiKeyFile.FileName);
        _file = new ApiKeyFile(_path);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Without_a_file_there_are_no_keys()
    {
        Assert.Empty(_file.Read());
        Assert.False(_file.Revoke("key_1"));
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void A_key_is_made_once_and_kept_nowhere()
    {
        var (entry, key) = _file.Create("search", Now);

        Assert.Matches("^oi_[0-9a-f]{64}$", key);
        Assert.Equal(new ApiKeyEntry { Id = entry.Id, Project = "search", Sha256 = ApiKeyFile.Hash(key), Created = Now }, Assert.Single(_file.Read()));
        Assert.DoesNotContain(key[3..], File.ReadAllText(_path), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_owner_may_read_the_file()
    {
        _file.Create("search", Now);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
        Assert.Equal([_path], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void A_key_ends_alone()
    {
        var ids = Enumerable.Range(0, 3).Select(i => _file.Create($"p{i}", Now).Entry.Id).ToArray();

        Assert.True(_file.Revoke(ids[1]));

        Assert.Equal([ids[0], ids[2]], _file.Read().Select(k => k.Id));
        Assert.False(_file.Revoke(ids[1]));
    }
}
