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
    public async Task Without_a_file_there_are_no_keys()
    {
        Assert.Empty(_file.Read());
        Assert.False(await _file.RevokeAsync("key_1", CancellationToken.None));
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public async Task A_key_is_made_once_and_kept_nowhere()
    {
        var (entry, key) = await _file.CreateAsync("search", Now, CancellationToken.None);

        Assert.Matches("^oi_[0-9a-f]{64}$", key);
        Assert.Equal(new ApiKeyEntry { Id = entry.Id, Project = "search", Sha256 = ApiKeyFile.Hash(key), Created = Now }, Assert.Single(_file.Read()));
        Assert.DoesNotContain(key[3..], File.ReadAllText(_path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_owner_may_read_the_file()
    {
        await _file.CreateAsync("search", Now, CancellationToken.None);

        var files = Directory.GetFiles(_folder.FullName);
        Assert.Equal([_path, _path + ".lock"], files.Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_key_ends_alone()
    {
        string[] ids = [await IdAsync("p0"), await IdAsync("p1"), await IdAsync("p2")];

        Assert.True(await _file.RevokeAsync(ids[1], CancellationToken.None));

        Assert.Equal([ids[0], ids[2]], _file.Read().Select(k => k.Id));
        Assert.False(await _file.RevokeAsync(ids[1], CancellationToken.None));
    }

    [Fact]
    public async Task Keys_that_are_made_at_the_same_time_are_all_kept()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => new ApiKeyFile(_path).CreateAsync($"p{i}", Now, CancellationToken.None))));

        Assert.Equal(made.Select(m => ApiKeyFile.Hash(m.Key)).Order(StringComparer.Ordinal), _file.Read().Select(k => k.Sha256).Order(StringComparer.Ordinal));
        Assert.Equal([_path, _path + ".lock"], Directory.GetFiles(_folder.FullName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("[{\"id\":\"a\"}]")]
    [InlineData("{}")]
    public async Task A_file_that_is_something_else_is_refused_and_left_as_it_is(string text)
    {
        await File.WriteAllTextAsync(_path, text);

        Assert.Contains("Restore it", Assert.Throws<KeyFileException>(() => _file.Read()).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyFileException>(() => _file.CreateAsync("search", Now, CancellationToken.None));
        Assert.Equal(text, await File.ReadAllTextAsync(_path));
    }

    [Fact]
    public void A_directory_in_its_place_is_refused()
    {
        Directory.CreateDirectory(_path);

        Assert.Contains("is a directory", Assert.Throws<KeyFileException>(() => _file.Read()).Message, StringComparison.Ordinal);
    }

    private async Task<string> IdAsync(string project) => (await _file.CreateAsync(project, Now, CancellationToken.None)).Entry.Id;
}
