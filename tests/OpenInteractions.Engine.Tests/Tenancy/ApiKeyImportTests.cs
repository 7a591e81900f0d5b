using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Tenancy;

public sealed class ApiKeyImportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");
    private readonly ManualTime _time = new();
    private readonly KeysInMemory _store = new();
    private readonly string _path;
    private readonly ApiKeyFile _file;
    private readonly ApiKeyRing _ring;

    public ApiKeyImportTests()
    {
        _path = Path.Combine(_folder.FullName, ApiKeyFile.FileName);
        _file = new ApiKeyFile(_path);
        _ring = new ApiKeyRing(_store, isOpen: false, isPrivate: true, _time, NullLogger<ApiKeyRing>.Instance);
    }

    private static CancellationToken Cancel => CancellationToken.None;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_key_of_the_file_comes_into_the_store_and_the_file_is_put_away()
    {
        var (one, two) = (await AddAsync("one"), await AddAsync("two"));

        await Import().TakeAsync(Cancel);

        Assert.Equal([one, two], _store.All);
        Assert.Equal(2, _ring.Count);
        Assert.False(File.Exists(_path));
        Assert.Equal([one, two], new ApiKeyFile(_path + ".imported").Read());
    }

    [Fact]
    public async Task What_comes_later_is_taken_too_and_the_first_file_stays_put_away()
    {
        var one = await AddAsync("one");
        var import = Import();
        await import.TakeAsync(Cancel);
        var two = await AddAsync("two");
        await _file.AddAsync(one with { Revoked = _time.GetUtcNow() }, Cancel);

        await import.TakeAsync(Cancel);

        Assert.Equal([one with { Revoked = _time.GetUtcNow() }, two], _store.All);
        Assert.False(File.Exists(_path));
        Assert.Equal([one], new ApiKeyFile(_path + ".imported").Read());
    }

    [Fact]
    public async Task What_was_revoked_does_not_come_back_from_an_old_file()
    {
        var one = await AddAsync("one");
        await Import().TakeAsync(Cancel);
        await _store.RevokeAsync(one.Id, _time.GetUtcNow(), Cancel);
        File.Copy(_path + ".imported", _path);

        await Import().TakeAsync(Cancel);

        Assert.NotNull(Assert.Single(_store.All).Revoked);
    }

    [Fact]
    public async Task A_file_whose_keys_could_not_be_kept_stays_and_is_taken_the_next_time()
    {
        var one = await AddAsync("one");
        var import = Import();
        _store.IsAway = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => import.TakeAsync(Cancel));
        Assert.Equal([one], _file.Read());

        _store.IsAway = false;
        await import.TakeAsync(Cancel);

        Assert.Equal([one], _store.All);
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public async Task A_file_without_keys_keeps_the_server_closed()
    {
        await File.WriteAllTextAsync(_path, "[]");

        await Import().TakeAsync(Cancel);

        Assert.False(_ring.AcceptsAnyone);
        Assert.Equal(0, _ring.Count);
        Assert.Null(await _ring.FindAsync([], Cancel));
    }

    [Fact]
    public async Task A_broken_file_is_told_once_and_again_when_it_is_another()
    {
        var import = Import();
        await File.WriteAllTextAsync(_path, "[{");
        await Assert.ThrowsAsync<KeyFileException>(() => import.TakeAsync(Cancel));
        await import.TakeAsync(Cancel);

        await File.WriteAllTextAsync(_path, "no list");
        await Assert.ThrowsAsync<KeyFileException>(() => import.TakeAsync(Cancel));

        File.Delete(_path);
        var one = await AddAsync("one");
        await import.TakeAsync(Cancel);
        Assert.Equal([one], _store.All);
    }

    private async Task<ApiKeyEntry> AddAsync(string project)
    {
        var (entry, _) = ApiKeyFile.NewKey(project, _time.GetUtcNow());
        await _file.AddAsync(entry, Cancel);
        return entry;
    }

    private ApiKeyImport Import() => new(_file, _store, _ring, _time, NullLogger<ApiKeyImport>.Instance);
}
