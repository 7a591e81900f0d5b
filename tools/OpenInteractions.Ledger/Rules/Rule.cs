namespace OpenInteractions.Ledger.Rules;

/// <summary>One line of the ledger.</summary>
internal sealed record Rule
{
    public required string Id { get; init; }

    /// <summary>One of <see cref="Rules.Claim"/>.</summary>
    public required string Claim { get; init; }

    /// <summary>Why it was chosen differently, or which part a rule that does not hold yet waits for.</summary>
    public string? Reason { get; init; }

    /// <summary>What the server does, for those who run it or call it.</summary>
    public required string Text { get; init; }
}

/// <summary>The rules of one subject, with the ids that it must have.</summary>
internal sealed record Area
{
    public required string Title { get; init; }

    /// <summary>Single ids (<c>OP-models.get</c>) and ranges (<c>ST-1..22</c>).</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    public required IReadOnlyList<Rule> Rules { get; init; }
}
