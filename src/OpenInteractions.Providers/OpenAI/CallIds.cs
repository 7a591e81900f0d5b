using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>The upstream's call ids of one answer; missing and repeated ones are replaced, and those that are shorter than one may be (P-4).</summary>
internal sealed class CallIds(int shortest = 1)
{
    /// <summary>
    /// Some servers number the calls of every answer from nought: where ids are sealed into reasoning tokens, which a client keeps, such an id could not be told
    /// from that of another answer. Nine is the shortest form that a known server makes on purpose (Mistral).
    /// </summary>
    public const int ShortestTelling = 9;

    private readonly HashSet<string> _seen = [];

    /// <summary>An id that clients or other vendors made and that is too long here, as a shorter one: always the same for the same id.</summary>
    public static string Fit(string id, int longest) =>
        id.Length <= longest ? id : "call_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));

    public string Unique(string? id)
    {
        if (id?.Length >= shortest && _seen.Add(id))
        {
            return id;
        }

        var made = "call_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        _seen.Add(made);
        return made;
    }
}
