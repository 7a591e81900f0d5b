namespace OpenInteractions.Sandboxes.Init;

/// <summary>
/// What is open, by its channel. A dictionary would do the same; but those of the runtime would have to be compiled for these types at each start of a sandbox, which takes
/// longer than all the rest of it, while this one is compiled ahead with the init. There are some hundred entries at most.
/// </summary>
internal sealed class ChannelTable<T>
    where T : class
{
    private uint[] _channels = new uint[16];
    private T[] _values = new T[16];

    public int Count { get; private set; }

    /// <summary>The entries, in no order. Removing one moves the last into its place: whoever removes goes backwards.</summary>
    public T this[int index] => _values[index];

    public T? Find(uint channel)
    {
        var index = IndexOf(channel);
        return index < 0 ? null : _values[index];
    }

    public void Add(uint channel, T value)
    {
        if (Count == _channels.Length)
        {
            var (channels, values) = (new uint[2 * Count], new T[2 * Count]);
            for (var i = 0; i < Count; i++)
            {
                (channels[i], values[i]) = (_channels[i], _values[i]);
            }

            (_channels, _values) = (channels, values);
        }

        (_channels[Count], _values[Count]) = (channel, value);
        Count++;
    }

    public void RemoveAt(int index)
    {
        Count--;
        (_channels[index], _values[index]) = (_channels[Count], _values[Count]);
        _values[Count] = null!;
    }

    public void Remove(uint channel)
    {
        var index = IndexOf(channel);
        if (index >= 0)
        {
            RemoveAt(index);
        }
    }

    private int IndexOf(uint channel)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_channels[i] == channel)
            {
                return i;
            }
        }

        return -1;
    }
}
