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
    public void Without_a_file_there_are_no_keys() => Assert.Empty(_file.Read());

    [Fact]
    public async Task A_key_is_made_once_and_kept_nowhere()
    {
        var (entry, key) = ApiKeyFile.NewKey("search", Now);
        await _file.AddAsync(entry, CancellationToken.None);

        Assert.Matches("^oi_[0-9a-f]{64}$", key);
        Assert.Equal(new ApiKeyEntry { Id = entry.Id, Project = "search", Sha256 = ApiKeyFile.Hash(key), Created = Now }, Assert.Single(_file.Read()));
        Assert.DoesNotContain(key[3..], File.ReadAllText(_path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_owner_may_read_the_file()
    {
        await AddAsync("search");

        var files = Directory.GetFiles(_folder.FullName);
        Assert.Equal([_path, _path + ".lock"], files.Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task What_is_said_of_a_key_later_takes_the_place_of_what_was_said_before()
    {
        var (kept, ended) = (await AddAsync("p0"), await AddAsync("p1"));

        await _file.AddAsync(ended with { Revoked = Now }, CancellationToken.None);

        Assert.Equal([kept, ended with { Revoked = Now }], _file.Read());
    }

    [Fact]
    public async Task Keys_that_are_added_at_the_same_time_while_others_are_taken_all_arrive()
    {
        var taken = new List<ApiKeyEntry>();
        Task Take() => new ApiKeyFile(_path).TakeAsync(
            keys =>
            {
                taken.AddRange(keys);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        var made = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            var (entry, _) = ApiKeyFile.NewKey($"p{i}", Now);
            await new ApiKeyFile(_path).AddAsync(entry, CancellationToken.None);
            if (i % 5 == 0)
            {
                await Take();
            }

            return entry;
        })));
        await Take();

        Assert.Equal(made.Select(m => m.Id).Order(StringComparer.Ordinal), taken.Select(k => k.Id).Order(StringComparer.Ordinal));
        Assert.Equal([_path + ".imported", _path + ".lock"], Directory.GetFiles(_folder.FullName).Order(StringComparer.Ordinal));
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
        await Assert.ThrowsAsync<KeyFileException>(() => AddAsync("search"));
        await Assert.ThrowsAsync<KeyFileException>(() => _file.TakeAsync(_ => Task.CompletedTask, CancellationToken.None));
        Assert.Equal(text, await File.ReadAllTextAsync(_path));
    }

    [Fact]
    public void A_directory_in_its_place_is_refused()
    {
        Directory.CreateDirectory(_path);

        Assert.Contains("is a directory", Assert.Throws<KeyFileException>(() => _file.Read()).Message, StringComparison.Ordinal);
    }

    private async Task<ApiKeyEntry> AddAsync(string project)
    {
        var (entry, _) = ApiKeyFile.NewKey(project, Now);
        await _file.AddAsync(entry, CancellationToken.None);
        return entry;
    }
}
