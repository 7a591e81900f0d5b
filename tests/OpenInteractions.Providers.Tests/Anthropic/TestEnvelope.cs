using System.Text;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>An envelope that opens in its own scope alone, as the contract says; readable, because nobody attacks a test.</summary>
internal sealed class TestEnvelope : ISignatureEnvelope
{
    public string Seal(SignatureScope scope, string kind, ReadOnlySpan<byte> payload) =>
        Convert.ToBase64String([.. Encoding.UTF8.GetBytes($"{Head(scope)}{kind}\n"), .. payload]);

    public OpenedSignature? Open(string? signature, SignatureScope scope)
    {
        Span<byte> bytes = new byte[signature?.Length ?? 0];
        if (signature is null || !Convert.TryFromBase64String(signature, bytes, out var length))
        {
            return null;
        }

        var head = Encoding.UTF8.GetBytes(Head(scope));
        var opened = bytes[..length];
        if (!opened.StartsWith(head))
        {
            return null;
        }

        opened = opened[head.Length..];
        var end = opened.IndexOf((byte)'\n');
        return new OpenedSignature(Encoding.UTF8.GetString(opened[..end]), opened[(end + 1)..].ToArray());
    }

    private static string Head(SignatureScope scope) => $"{scope.Project}\n{scope.Provider}\n{scope.Family}\n";
}
