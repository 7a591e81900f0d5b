namespace OpenInteractions.Tools.UrlContext;

/// <summary>What became of one address.</summary>
internal sealed record Page
{
    /// <summary>Where it was found: the address that was asked for, or the one that it redirects to.</summary>
    public required string Url { get; init; }

    public required string Status { get; init; }

    public string? Title { get; init; }

    /// <summary>Its text; empty for media and for what was not read.</summary>
    public string Text { get; init; } = "";

    /// <summary>What it is, when it is no text.</summary>
    public MediaContent? Media { get; init; }

    /// <summary>For the model: why there is no text, or what must be known about it.</summary>
    public string? Remark { get; init; }

    public static Page Failed(string url, string remark, string status = PageStatus.Error) => new() { Url = url, Status = status, Remark = remark };
}

/// <summary>How the reading of a page went, in the words of the wire (wire 6).</summary>
internal static class PageStatus
{
    public const string Success = "success";
    public const string Error = "error";
    public const string Paywall = "paywall";
    public const string Unsafe = "unsafe";
}
