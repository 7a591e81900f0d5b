using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Engine.Tools;

/// <summary>The name by which a model calls a tool of a remote server (protocols M-3). Steps carry the original names.</summary>
public static class RemoteFunctionNames
{
    /// <summary>What all vendors take.</summary>
    public const int MaxLength = 64;

    private const string Separator = "__";
    private const int HashLength = 8;

    /// <summary>
    /// <c>{server}__{tool}</c>. When that cannot be taken as it is (it is too long, has other characters, or could be read as another pair), its end
    /// is a hash of both names, so that different pairs have different names.
    /// </summary>
    public static string Of(string server, string tool)
    {
        var plain = server + Separator + tool;
        var name = new string([.. plain.Select(c => IsAllowed(c) ? c : '_')]);
        if (!char.IsAsciiLetter(name[0]) && name[0] != '_')
        {
            name = "_" + name;
        }

        var isUnambiguous = !server.Contains(Separator, StringComparison.Ordinal) && !server.EndsWith('_');
        if (name == plain && name.Length <= MaxLength && isUnambiguous)
        {
            return name;
        }

        // A line break is in no name of a server.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server}\n{tool}")))[..HashLength];
        return $"{name[..Math.Min(name.Length, MaxLength - HashLength - 1)]}_{hash}";
    }

    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
