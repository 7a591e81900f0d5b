namespace OpenInteractions.Tools.Mcp;

/// <summary>What a server may give (protocols M-7). Fixed: each is more than a model can use.</summary>
internal static class McpLimits
{
    /// <summary>Bytes of media in a result.</summary>
    public const int ResultMedia = 20 * 1024 * 1024;

    /// <summary>Bytes of an HTTP answer: media in base64, text, and what stands around them.</summary>
    public const long Answer = 32L * 1024 * 1024;

    /// <summary>Tools of a server.</summary>
    public const int Tools = 128;

    /// <summary>Pages of a list of tools.</summary>
    public const int Pages = 64;

    /// <summary>Bytes of a tool's description and schema.</summary>
    public const int ToolText = 64 * 1024;

    /// <summary>Bytes of all tools of a server that are looked at: a list is not read on behind them.</summary>
    public const int ListText = 8 * 1024 * 1024;
}
