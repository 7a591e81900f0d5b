using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Tools.Mcp;

/// <summary>Who shares a session: the turns of one conversation that reach the same server with the same headers and credential.</summary>
/// <param name="Project">The project.</param>
/// <param name="RootId">The first interaction of the conversation.</param>
/// <param name="Url">The server.</param>
/// <param name="Secrets">A hash of the headers, which are secrets, and of the credential's id.</param>
internal sealed record SessionKey(string Project, string RootId, string Url, string Secrets)
{
    public static SessionKey Of(ServerDeclaration server, ToolScope scope) => new(scope.Project, scope.RootId, server.Url.AbsoluteUri, Hash(server));

    private static string Hash(ServerDeclaration server)
    {
        // Neither line breaks nor colons are in a name, nor line breaks in a value.
        var text = string.Join('\n', server.Headers.Select(h => $"{h.Key.ToLowerInvariant()}:{h.Value}").Order(StringComparer.Ordinal).Append(server.Credential));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
