using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Postgres;

public sealed class StorageFeatureTests
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task With_a_connection_string_the_store_is_in_PostgreSQL_and_the_data_directory_is_left_for_keys()
    {
        await using var database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        using var directory = new TemporaryDirectory();
        var data = Path.Combine(directory.Path, "data");
        using (var host = NewHost(data, ("ConnectionString", database.ConnectionString)))
        {
            await host.StartAsync(Cancel);
            await host.Services.GetRequiredService<IRunQueue>().InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel);
            Assert.Empty(await host.Services.GetRequiredService<IEventJournal>().ReadAsync(Project, Id(1), default, 10, Cancel));
            await host.StopAsync(Cancel);
        }

        Assert.Equal(Id(1), await database.QueryAsync("SELECT id FROM interactions"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(data));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data)); // the keys come there
    }

    [Fact]
    public async Task A_database_out_of_reach_stops_the_start_and_is_named()
    {
        using var directory = new TemporaryDirectory();
        using var host = NewHost(directory.Path, ("ConnectionString", $"Host={directory.Path};Database=interactions;Username=oi;Password=hunter2"));

        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => host.StartAsync(Cancel));

        Assert.Contains("'interactions' on " + directory.Path, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://oi:hunter2@db/interactions")]
    [InlineData("Host=db;Database=interactions;hunter2=oi")]
    [InlineData("Host=db;Database=interactions;Port=hunter2")]
    [InlineData("Database=interactions;Password=hunter2")]
    [InlineData("Host=db;Password=hunter2")]
    public async Task What_is_no_connection_string_stops_the_start_and_is_not_repeated(string wrong)
    {
        using var directory = new TemporaryDirectory();
        using var host = NewHost(directory.Path, ("ConnectionString", wrong), ("MaxConnections", "0"));

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));

        Assert.Contains(refusal.Failures, failure => failure.Contains("OpenInteractions:Storage:Postgres:ConnectionString", StringComparison.Ordinal));
        Assert.Contains(refusal.Failures, failure => failure.Contains("OpenInteractions:Storage:Postgres:MaxConnections", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_a_matter_of_choice_is_set_whatever_the_string_says()
    {
        var complete = PostgresConnectionString.Complete(new PostgresOptions
        {
            ConnectionString = "Host=db;Database=interactions;Persist Security Info=true;Include Error Detail=true;GSS Encryption Mode=Require;Max Auto Prepare=0;Timeout=99",
            ConnectTimeout = TimeSpan.FromMilliseconds(2500),
        });

        Assert.Equal(
            (false, false, Npgsql.GssEncryptionMode.Disable, 0, 3),
            (complete.PersistSecurityInfo, complete.IncludeErrorDetail, complete.GssEncryptionMode, complete.MaxAutoPrepare, complete.Timeout));
    }

    [Theory]
    [InlineData("Host=db", 64)]
    [InlineData("Host=db;MaxAutoPrepare=0", 0)]
    [InlineData("Host=db;Max Auto Prepare=7", 7)]
    public void Statements_are_prepared_unless_the_string_says_otherwise(string given, int expected) =>
        Assert.Equal(expected, PostgresConnectionString.Complete(new PostgresOptions { ConnectionString = given }).MaxAutoPrepare);

    private static IHost NewHost(string directory, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create("OpenInteractions:Storage:Postgres:" + setting.Key, (string?)setting.Value)));
        builder.Services.AddStorage(directory);
        return builder.Build();
    }
}
