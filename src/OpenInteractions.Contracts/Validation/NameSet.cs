namespace OpenInteractions.Contracts.Validation;

/// <summary>Names seen in one object. The first few are compared one by one, because most objects are small and a hash set costs more than they do.</summary>
internal struct NameSet
{
    private const int Few = 8;

    private List<string>? _few;
    private HashSet<string>? _many;

    /// <returns>False when the name is there already.</returns>
    public bool Add(string name)
    {
        if (_many is not null)
        {
            return _many.Add(name);
        }

        _few ??= new List<string>(Few);
        if (_few.Contains(name))
        {
            return false;
        }

        _few.Add(name);
        if (_few.Count > Few)
        {
            _many = new HashSet<string>(_few, StringComparer.Ordinal);
        }

        return true;
    }
}
