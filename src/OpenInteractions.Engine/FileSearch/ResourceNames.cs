using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>Names of stores and documents: at most 40 letters, digits and dashes, made of what a person called them and 12 random characters (60 bits).</summary>
public static class ResourceNames
{
    /// <summary>The collection of stores.</summary>
    public const string Stores = "fileSearchStores";

    private const int Longest = 40;
    private const int RandomLength = 12;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>A new id.</summary>
    /// <param name="displayName">What a person calls it, or null.</param>
    public static string NewId(string? displayName)
    {
        var random = RandomNumberGenerator.GetString(Alphabet, RandomLength);
        return Slug(displayName ?? "") is { Length: > 0 } slug ? $"{slug}-{random}" : random;
    }

    /// <summary>The name of a store.</summary>
    /// <param name="store">Its id.</param>
    public static string OfStore(string store) => $"{Stores}/{store}";

    /// <summary>The name of a document.</summary>
    /// <param name="store">The store's id.</param>
    /// <param name="document">The document's id.</param>
    public static string OfDocument(string store, string document) => $"{Stores}/{store}/documents/{document}";

    /// <summary>The id of a store in its name, or null when it is no such name.</summary>
    /// <param name="name">The name.</param>
    public static string? StoreId(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(Stores + "/", StringComparison.Ordinal) && name.IndexOf('/', Stores.Length + 1) < 0 ? name[(Stores.Length + 1)..] : null;
    }

    private static string Slug(string displayName)
    {
        var slug = new StringBuilder();
        foreach (var c in displayName)
        {
            var plain = PlainLetters.Of(c);
            if (char.IsAsciiLetterOrDigit(plain))
            {
                slug.Append(plain);
            }
            else if (slug.Length > 0 && slug[^1] != '-' && plain != '\0')
            {
                slug.Append('-');
            }

            if (slug.Length == Longest - RandomLength - 1)
            {
                break;
            }
        }

        return slug.ToString().Trim('-');
    }
}
