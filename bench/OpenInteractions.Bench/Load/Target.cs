using System.Net;
using OpenInteractions.Bench.Stores;

namespace OpenInteractions.Bench.Load;

/// <summary>What the load generator speaks to a target.</summary>
internal enum Wire
{
    /// <summary>OpenAI Chat Completions: the floor, or the provider itself.</summary>
    Chat,

    /// <summary>The native Interactions wire: the server.</summary>
    Interactions,
}

/// <summary>Something under load.</summary>
/// <param name="Pid">The process whose CPU time is counted; null for one that is only timed.</param>
/// <param name="Database">The database server that it stores in, whose CPU time is counted beside.</param>
internal sealed record Target(string Name, EndPoint Address, Wire Wire, int? Pid, DatabaseServer? Database = null);
