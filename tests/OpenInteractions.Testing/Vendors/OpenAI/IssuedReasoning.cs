using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>The reasoning items that this service has issued, each with the item that must follow it when it comes back.</summary>
internal sealed class IssuedReasoning
{
    private readonly ConcurrentDictionary<string, (string Model, string Follower)> _byContent = new();

    public static string NewContent() => "gAAAAAB" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)).Replace('+', '-').Replace('/', '_');

    public static string CallKey(string callId) => "call:" + callId;

    public static string ItemKey(string type) => "item:" + type;

    /// <summary>Without its id a message cannot be told from another, so any message of the model will do.</summary>
    public const string MessageKey = "message";

    public void Remember(string encryptedContent, string model, string follower) => _byContent[encryptedContent] = (model, follower);

    public bool TryGet(string encryptedContent, out (string Model, string Follower) issued) => _byContent.TryGetValue(encryptedContent, out issued);

    /// <summary>Whether an item with this key was issued right after reasoning by this model.</summary>
    public bool NeedsReasoning(string follower, string model) => _byContent.Values.Any(i => i.Follower == follower && i.Model == model);
}
