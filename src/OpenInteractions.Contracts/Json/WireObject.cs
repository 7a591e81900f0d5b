namespace OpenInteractions.Contracts.Json;

/// <summary>
/// An object of the wire. Members that this build does not know are kept, because vendors, upstream servers and rows that a newer build
/// stored may have them; a request may not (behaviour TR-4).
/// </summary>
public abstract record WireObject
{
    private protected WireObject()
    {
    }

    /// <summary>Members that this build does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
