using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// These wires take names of letters, digits, <c>_</c> and <c>-</c> up to 64; ours may have dots and colons. The upstream name is a function
/// of ours alone, so that history and declarations agree without a table.
/// </summary>
internal sealed partial class FunctionNames
{
    private const int MaxLength = 64;

    private static readonly Dictionary<string, string> None = [];

    private readonly Dictionary<string, string> _declared;

    public FunctionNames(IReadOnlyList<FunctionTool> functions) =>
        _declared = functions.Count == 0 ? None : functions.Where(f => ToUpstream(f.Name) != f.Name).ToDictionary(f => ToUpstream(f.Name), f => f.Name);

    public static string ToUpstream(string name)
    {
        if (name.Length is > 0 and <= MaxLength && !Foreign().IsMatch(name))
        {
            return name;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4));
        var safe = Foreign().Replace(name, "_");
        return $"{safe[..Math.Min(safe.Length, MaxLength - hash.Length - 1)]}_{hash}";
    }

    public string ToNative(string name) => _declared.GetValueOrDefault(name, name);

    [GeneratedRegex("[^a-zA-Z0-9_-]")]
    private static partial Regex Foreign();
}
