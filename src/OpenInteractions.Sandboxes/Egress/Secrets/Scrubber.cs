using System.Buffers;
using System.Text;

namespace OpenInteractions.Sandboxes.Egress.Secrets;

/// <summary>
/// Takes secrets out of what comes back, wherever reads cut it. Each byte of a secret becomes a star, so that lengths stay what the answer says they are. What may be
/// the beginning of a secret waits for the next bytes.
/// </summary>
internal sealed class Scrubber
{
    private readonly byte[][] _secrets;
    private readonly SearchValues<byte> _first;
    private byte[] _held = [];
    private int _masked;

    public Scrubber(IReadOnlyCollection<byte[]> secrets)
    {
        _secrets = [.. secrets];
        _first = SearchValues.Create([.. _secrets.Select(s => s[0])]);
    }

    /// <summary>A text that stands alone.</summary>
    public string Whole(string text)
    {
        if (_secrets.Length == 0)
        {
            return text;
        }

        var alone = new Scrubber(_secrets);
        return Encoding.Latin1.GetString(alone.Next(Encoding.Latin1.GetBytes(text)).Span) + Encoding.Latin1.GetString(alone.End().Span);
    }

    public ReadOnlyMemory<byte> Next(ReadOnlyMemory<byte> data) => _secrets.Length == 0 ? data : Scrub([.. _held, .. data.Span], isLast: false);

    public ReadOnlyMemory<byte> End() => _held.Length == 0 ? default : Scrub(_held, isLast: true);

    private ReadOnlyMemory<byte> Scrub(byte[] data, bool isLast)
    {
        var output = new byte[data.Length];
        var at = 0;
        while (at < data.Length)
        {
            var rest = data.AsSpan(at);
            if (_masked == 0)
            {
                var next = rest.IndexOfAny(_first);
                if (next != 0)
                {
                    var plain = next < 0 ? rest.Length : next;
                    rest[..plain].CopyTo(output.AsSpan(at));
                    at += plain;
                    continue;
                }
            }

            var isOpen = false;
            foreach (var secret in _secrets)
            {
                if (rest.StartsWith(secret))
                {
                    _masked = Math.Max(_masked, secret.Length);
                }
                else if (!isLast && rest.Length < secret.Length && secret.AsSpan().StartsWith(rest))
                {
                    isOpen = true;
                }
            }

            if (isOpen)
            {
                break;
            }

            output[at] = _masked > 0 ? (byte)'*' : data[at];
            _masked = Math.Max(0, _masked - 1);
            at++;
        }

        _held = data[at..];
        return output.AsMemory(0, at);
    }
}
