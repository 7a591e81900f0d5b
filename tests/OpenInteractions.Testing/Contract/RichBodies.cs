namespace OpenInteractions.Testing.Contract;

/// <summary>Valid bodies that between them have every step, block, annotation, tool, format and setting of the contract, in every form that it allows.</summary>
public static class RichBodies
{
    private const string Folder = "Bodies/";

    public static IReadOnlyList<(string Name, string Json)> All { get; } =
        [.. typeof(RichBodies).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => (n[Folder.Length..], Read(n)))];

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(RichBodies).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
