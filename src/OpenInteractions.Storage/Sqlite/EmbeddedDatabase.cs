using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

internal sealed class EmbeddedDatabase(string dataDirectory, IOptions<SqliteOptions> options) : IEmbeddedDatabase
{
    public void Load() => SqliteLibrary.Load(options.Value.LibraryPath);

    public string FileOf(string name) => Path.Combine(dataDirectory, name);
}
