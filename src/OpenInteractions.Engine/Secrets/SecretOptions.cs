namespace OpenInteractions.Engine.Secrets;

/// <summary>How secrets are kept. Configuration section <c>OpenInteractions:Secrets</c>.</summary>
public sealed class SecretOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Secrets";

    /// <summary>
    /// The key that seals them: 32 random bytes as base64, the same on all nodes of a database. Without one they are sealed with the key of <c>signature.key</c>, which a PostgreSQL
    /// database holds as well: who reads that database whole could open them.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>The key's bytes, or null when none is set.</summary>
    /// <exception cref="FormatException">It is no base64.</exception>
    public byte[]? KeyBytes() => string.IsNullOrEmpty(Key) ? null : Convert.FromBase64String(Key);

    /// <summary>What is wrong with the settings, each naming the setting.</summary>
    public IEnumerable<string> Problems()
    {
        var right = string.IsNullOrEmpty(Key) || (new byte[SecretBox.KeySize + 1] is var room && Convert.TryFromBase64String(Key, room, out var length) && length == SecretBox.KeySize);
        if (!right)
        {
            yield return $"{Section}:{nameof(Key)}: must be {SecretBox.KeySize} random bytes as base64, such as 'openssl rand -base64 {SecretBox.KeySize}' prints.";
        }
    }
}
