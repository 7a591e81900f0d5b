namespace OpenInteractions.Engine.Storage;

/// <summary>What came of an insert of something that is named by its owner, and that a project may have only so many of.</summary>
public enum Insertion
{
    /// <summary>It is kept.</summary>
    Kept,

    /// <summary>There is one of this id.</summary>
    Taken,

    /// <summary>The project has as many as it may.</summary>
    TooMany,
}
