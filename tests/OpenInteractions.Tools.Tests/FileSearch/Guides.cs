using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>
/// Three books about Debian, as their packages bring them: the FAQ (debian-faq), the reference (debian-reference-en) and the manual of security (harden-doc), all under the GNU General
/// Public License. More than a hundred HTML files, with navigation, tables and listings, as people have them.
/// </summary>
internal static class Guides
{
    private static readonly (string Package, string Installed, string Files)[] Books =
    [
        ("debian-faq", "/usr/share/doc/debian/FAQ", "*.en.html"),
        ("debian-reference-en", "/usr/share/debian-reference", "ch*.en.html"),
        ("harden-doc", "/usr/share/doc/harden-doc/html/en-US", "*.html"),
    ];

    /// <summary>The files; none on machines that leave documentation out and where the scripts could not fetch it.</summary>
    public static IReadOnlyList<string> Paths { get; } = Books.Select(Find).ToList() is var books && books.All(b => b.Length > 0) ? [.. books.SelectMany(b => b)] : [];

    private static string[] Find((string Package, string Installed, string Files) book) =>
        new[] { book.Installed, Path.Combine(Manual.Fetched, book.Package) }.Where(Directory.Exists)
            .Select(folder => Directory.GetFiles(folder, book.Files).Order(StringComparer.Ordinal).ToArray()).FirstOrDefault(files => files.Length > 0) ?? [];
}

/// <summary>The guides, cut as every upload is that asks for nothing else.</summary>
public sealed class GuideStore : SearchedCorpus
{
    private protected override IReadOnlyList<CorpusFile> Files => [.. Guides.Paths.Select(p => new CorpusFile(Path.GetFileName(p), "text/html", File.ReadAllBytes(p)))];

    private protected override Chunking Chunking => new();

    private protected override IEnumerable<(string Question, string Meaning)> Meanings => GuideQuestions.All.Select(q => (q.Text, q.Meaning));
}

/// <summary>A test that needs the guides.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GuideFactAttribute : FactAttribute
{
    public GuideFactAttribute() => Skip = Guides.Paths.Count == 0 ? "Needs the documentation of Debian's packages debian-faq, debian-reference-en and harden-doc, which ./test fetches." : null;
}
