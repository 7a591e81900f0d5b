using System.Buffers.Binary;
using System.Net;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>
/// The names of one environment and the addresses that stand for them inside: no route leads to 198.18.0.0/15, a listener of the sandbox does. An address keeps its
/// name for the environment's life, since programs keep addresses.
/// </summary>
internal sealed class NameTable(int maxNames)
{
    /// <summary>Addresses of 198.18.0.0/15 without those of its first block, which the sandbox's own listeners use.</summary>
    public const int Capacity = (1 << 17) - First;

    private const uint Network = 198u << 24 | 18u << 16;
    private const int First = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<string> _names = [];

    /// <summary>The address of a name; null when the table is full.</summary>
    public IPAddress? AddressOf(string name)
    {
        lock (_lock)
        {
            if (!_numbers.TryGetValue(name, out var number))
            {
                if (_names.Count >= Math.Min(maxNames, Capacity))
                {
                    return null;
                }

                number = _names.Count;
                _names.Add(name);
                _numbers[name] = number;
            }

            return new IPAddress(BinaryPrimitives.ReverseEndianness(Network + First + (uint)number));
        }
    }

    /// <summary>The name that an address was handed out for; null for any other address.</summary>
    public string? NameOf(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
        {
            return null;
        }

        var number = (long)BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) - Network - First;
        lock (_lock)
        {
            return number >= 0 && number < _names.Count ? _names[(int)number] : null;
        }
    }
}
