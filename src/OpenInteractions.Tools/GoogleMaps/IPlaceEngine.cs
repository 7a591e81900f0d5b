namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>Somebody who knows places.</summary>
internal interface IPlaceEngine
{
    /// <summary>Finds places.</summary>
    /// <returns>Best first.</returns>
    /// <exception cref="Tools.Engines.EngineFailedException">It gave no answer; the message is for the model.</exception>
    Task<IReadOnlyList<FoundPlace>> FindAsync(PlaceQuestion question, CancellationToken cancellationToken);
}

/// <summary>What an engine is asked.</summary>
internal abstract record PlaceQuestion
{
    /// <summary>A name, an address or a description.</summary>
    /// <param name="Text">In the user's words.</param>
    /// <param name="Near">Places here come first, or null.</param>
    /// <param name="OnlyWithin">Metres around <paramref name="Near"/> beyond which nothing is wanted; null: anywhere.</param>
    public sealed record Named(string Text, MapPoint? Near, int? OnlyWithin) : PlaceQuestion;

    /// <summary>What is at a point.</summary>
    public sealed record At(MapPoint Point) : PlaceQuestion;

    /// <summary>All of a kind around a point, nearest first.</summary>
    public sealed record Around(PlaceKind Kind, MapPoint Centre, int Metres) : PlaceQuestion;
}
