using System.Text.Json;
using OpenInteractions.Contracts.Content;

namespace OpenInteractions.Providers.Demo;

/// <summary>What the demo model takes from one step of the history.</summary>
internal abstract record ConversationItem;

/// <summary>Something the user said; empty when only media came.</summary>
internal sealed record Said(string Text) : ConversationItem;

/// <summary>Something the user or a function showed.</summary>
internal sealed record Shown(MediaContent Media) : ConversationItem;

/// <summary>Something a model answered.</summary>
internal sealed record Answered(string Text) : ConversationItem;

/// <summary>A call that a model made.</summary>
internal sealed record Called(string Name) : ConversationItem;

/// <summary>What came back from a call.</summary>
internal sealed record CameBack(string Name, JsonElement Value, bool IsError) : ConversationItem;

/// <summary>A thought of some model.</summary>
internal sealed record Thought(string? Signature) : ConversationItem;
