namespace OpenInteractions.Storage.Tests.Sqlite;

public sealed class SqliteInteractionStoreTests(SqliteFixture fixture) : InteractionStoreContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteInteractionListTests(SqliteFixture fixture) : InteractionListContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteRunQueueTests(SqliteFixture fixture) : RunQueueContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteRunClaimTests(SqliteFixture fixture) : RunClaimContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteEventJournalTests(SqliteFixture fixture) : EventJournalContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteConcurrencyTests(SqliteFixture fixture) : ConcurrencyContract(fixture), IClassFixture<SqliteFixture>;

public sealed class SqliteMarkedInsertTests(SqliteFixture fixture) : MarkedInsertContract(fixture), IClassFixture<SqliteFixture>;
