namespace OpenInteractions.Engine.Storage;

/// <summary>The embedded database's library, for what keeps derived data beside the store: data that can be made again, such as an index.</summary>
public interface IEmbeddedDatabase
{
    /// <summary>Loads the library that the operator chose, whichever store the interactions are in.</summary>
    /// <exception cref="StoreUnavailableException">There is none.</exception>
    void Load();

    /// <summary>A file of the data directory that belongs to this node alone.</summary>
    /// <param name="name">The file's name.</param>
    string FileOf(string name);
}
