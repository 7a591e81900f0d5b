using System.Security.Cryptography;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>The upstream's call ids of one answer; missing, repeated and meaningless ones are replaced (P-4).</summary>
internal sealed class CallIds
{
    // Some servers number the calls of every answer from nought: such an id says nothing in a longer conversation. Nine is the shortest form
    // that a known server makes on purpose (Mistral).
    private const int ShortestUsable = 9;

    private readonly HashSet<string> _seen = [];

    public string Unique(string? id)
    {
        if (id?.Length >= ShortestUsable && _seen.Add(id))
        {
            return id;
        }

        var made = "call_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        _seen.Add(made);
        return made;
    }
}
