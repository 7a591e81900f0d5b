using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using OpenInteractions.Bench.Load;

namespace OpenInteractions.Bench.Provider;

/// <summary>What the provider counts, and how another process reads it.</summary>
/// <param name="Requests">Calls that came.</param>
/// <param name="Held">Calls that wait now.</param>
/// <param name="Finished">Calls that ended: answered, or left by their caller.</param>
internal readonly record struct ProviderCounts(int Requests, int Held, int Finished)
{
    public const string Path = "/bench/stats";
    public const string LetGoPath = "/bench/let-go";

    public static async Task<ProviderCounts> ReadAsync(EndPoint provider, CancellationToken cancellationToken)
    {
        using var connection = await HttpConnection.ConnectAsync(provider, cancellationToken);
        await connection.SendAsync(HttpRequests.Get(Path), cancellationToken);
        await connection.ReadHeadAsync(cancellationToken);
        var json = await connection.ReadWholeBodyAsync(cancellationToken);
        return new(Number(json.Span, "\"requests\":"u8), Number(json.Span, "\"held\":"u8), Number(json.Span, "\"finished\":"u8));
    }

    public byte[] ToJson() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""{"requests":{{Requests}},"held":{{Held}},"finished":{{Finished}}}"""));

    private static int Number(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) =>
        Utf8Parser.TryParse(json[(json.IndexOf(name) + name.Length)..], out int number, out _)
            ? number
            : throw new FormatException("The provider's statistics are not what it writes.");
}
