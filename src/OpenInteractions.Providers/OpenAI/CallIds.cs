using System.Security.Cryptography;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>The upstream's call ids of one answer; missing and repeated ones are replaced (P-4).</summary>
internal sealed class CallIds
{
    private readonly HashSet<string> _seen = [];

    public string Unique(string? id)
    {
        if (!string.IsNullOrEmpty(id) && _seen.Add(id))
        {
            return id;
        }

        var made = "call_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        _seen.Add(made);
        return made;
    }
}
