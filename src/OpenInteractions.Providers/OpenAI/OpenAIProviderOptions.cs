namespace OpenInteractions.Providers.OpenAI;

/// <summary>An upstream that speaks OpenAI's wires.</summary>
public sealed record OpenAIProviderOptions
{
    /// <summary>The vendor's own address.</summary>
    public static readonly Uri VendorAddress = new("https://api.openai.com/v1/");

    /// <summary>The name in <c>provider/model</c> ids, lower case.</summary>
    public string Name { get; init; } = "openai";

    /// <summary>Everything before <c>responses</c>, <c>chat/completions</c> and <c>models</c>, usually ending in <c>/v1/</c>.</summary>
    public Uri BaseAddress { get; init; } = VendorAddress;

    /// <summary>Sent as a bearer token; null for servers that ask for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Which wire to speak. By default the vendor's newer one, which others are asked for once.</summary>
    public OpenAIWire Wire { get; init; } = OpenAIWire.Auto;

    /// <summary>How this server's Chat Completions differ from the vendor's.</summary>
    public ChatProfile Chat { get; init; } = ChatProfile.Vendor;

    /// <summary>Prefixes of model ids that belong here even when the list cannot be read.</summary>
    public IReadOnlyList<string> FamilyPrefixes { get; init; } = [];

    /// <summary>What a named server is known to need, or the careful defaults for any other.</summary>
    public static OpenAIProviderOptions For(string name, Uri baseAddress, string? apiKey)
    {
        var address = baseAddress.AbsoluteUri.EndsWith('/') ? baseAddress : new Uri(baseAddress.AbsoluteUri + "/");
        var isVendor = address.Host == VendorAddress.Host;
        return new OpenAIProviderOptions
        {
            Name = name,
            BaseAddress = address,
            ApiKey = apiKey,
            Chat = isVendor ? ChatProfile.Vendor : ChatProfile.For(address),
            FamilyPrefixes = name == "openai" ? ["gpt-", "chatgpt-", "o1", "o3", "o4"] : [],
        };
    }
}

/// <summary>One of the two wires.</summary>
public enum OpenAIWire
{
    /// <summary>Responses; a server that has no such route is remembered and spoken to in Chat Completions.</summary>
    Auto,

    /// <summary>Responses.</summary>
    Responses,

    /// <summary>Chat Completions.</summary>
    Chat,
}
