using System.Buffers;

namespace OpenInteractions.Contracts.Json;

/// <summary>
/// A buffer that grows in arrays of the shared pool. Large ones are left to the garbage collector: the pool would keep them for a minute, for every
/// processor. Not for several threads.
/// </summary>
public sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private const int LargestPooled = 1024 * 1024;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>What has been written, until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Bytes that fit without growing.</summary>
    public int Capacity => _bytes.Length;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsSpan(_length);
    }

    /// <summary>Makes the whole exactly as long as this, or longer where the pool has no such array, if it is shorter.</summary>
    public void SetCapacity(int bytes)
    {
        if (bytes > _bytes.Length)
        {
            Replace(bytes);
        }
    }

    /// <summary>Forgets what was written and keeps the room.</summary>
    public void Clear() => _length = 0;

    /// <summary>Gives the room back.</summary>
    public void Dispose()
    {
        GiveBack();
        (_bytes, _length) = ([], 0);
    }

    private void MakeRoom(int sizeHint)
    {
        var needed = checked(_length + Math.Max(sizeHint, 1));
        if (needed <= _bytes.Length)
        {
            return;
        }

        Replace(Math.Max(needed, (int)Math.Min(_bytes.Length * 2L, Array.MaxLength)));
    }

    private void Replace(int size)
    {
        var larger = size <= LargestPooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);
        _bytes.AsSpan(0, _length).CopyTo(larger);
        GiveBack();
        _bytes = larger;
    }

    private void GiveBack()
    {
        if (_bytes.Length is > 0 and <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
