namespace OpenInteractions.Tools.Mcp;

/// <summary>A tool as its server lists it.</summary>
/// <param name="Name">Its original name.</param>
/// <param name="Description">For the model.</param>
/// <param name="Schema">Of the arguments, unchanged (protocols M-4).</param>
/// <param name="IsRepeatable">The server says that it only reads, or that calling it twice is calling it once.</param>
/// <param name="NeedsTask">It takes long, and can be called as a task only, which is asked for until it has ended (protocols M-9).</param>
internal sealed record RemoteTool(string Name, string? Description, JsonElement Schema, bool IsRepeatable, bool NeedsTask = false);

/// <summary>A list of tools, and how long it may be kept.</summary>
/// <param name="Tools">In the order of their names.</param>
/// <param name="Version">How often the server had said that its list changed when this one was asked for (protocols M-13).</param>
/// <param name="FreshUntil">When it has to be asked for again; null when for each run (protocols M-2).</param>
internal sealed record ToolList(IReadOnlyList<RemoteTool> Tools, int Version, DateTimeOffset? FreshUntil);
