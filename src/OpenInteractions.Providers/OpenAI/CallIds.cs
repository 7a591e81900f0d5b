using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>The upstream's call ids of one answer; missing, repeated and meaningless ones are replaced (P-4).</summary>
internal sealed class CallIds
{
    // Some servers number the calls of every answer from nought: such an id says nothing in a longer conversation. Nine is the shortest form
    // that a known server makes on purpose (Mistral).
    private const int ShortestUsable = 9;

    private readonly HashSet<string> _seen = [];

    /// <summary>An id that clients or other vendors made and that is too long here, as a shorter one: always the same for the same id.</summary>
    public static string Fit(string id, int longest) =>
        id.Length <= longest ? id : "call_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));

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
