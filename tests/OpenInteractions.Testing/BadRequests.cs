using OpenInteractions.Testing.Contract;

namespace OpenInteractions.Testing;

/// <summary>A body that no server may take.</summary>
/// <param name="Mistake">What kind of mistake it has.</param>
/// <param name="Name">Tells it apart from all others, for the name of a test.</param>
/// <param name="Path">The place that the answer must name, or null where the body has no place.</param>
/// <param name="Write">Writes the body; thousands are derived and few of them used.</param>
public sealed record BadRequest(string Mistake, string Name, string? Path, Func<byte[]> Write)
{
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Body => Write();

    public override string ToString() => Name;
}

/// <summary>
/// Malformed bodies of <c>POST /interactions</c>, derived from the contract: valid bodies, walked along the contract types, each with one mistake
/// at one place; and bodies that are broken as bytes. Each is refused by what it says alone, whatever is stored.
/// </summary>
public static class BadRequests
{
    /// <summary>Enough for every mistake to meet very different places.</summary>
    public const int DefaultPerMistake = 25;

    /// <summary>Every body that can be derived; several thousand.</summary>
    public static IEnumerable<BadRequest> All() => Mistakes.InContract().Concat(BrokenBytes.All());

    /// <summary>A choice of them, the same for the same seed.</summary>
    /// <param name="seed">Another seed chooses other places.</param>
    /// <param name="perMistake">Most bodies of one kind of mistake.</param>
    public static IReadOnlyList<BadRequest> Choose(int seed, int perMistake = DefaultPerMistake)
    {
        var random = new Random(seed);
        return [.. All().GroupBy(r => r.Mistake).SelectMany(kind =>
        {
            var bodies = kind.ToArray();
            random.Shuffle(bodies);
            return bodies.Take(perMistake);
        })];
    }
}
