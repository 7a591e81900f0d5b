using System.Text;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>The manual, a file for each section, cut small.</summary>
public sealed class ManualStore : SearchedCorpus
{
    private protected override IReadOnlyList<CorpusFile> Files => Manual.File is null ? [] : [.. Manual.Read().Select(s => new CorpusFile(s.Name, "text/plain", Encoding.UTF8.GetBytes(s.Text)))];

    private protected override Chunking Chunking => new(280, 40);

    private protected override IEnumerable<(string Question, string Meaning)> Meanings => ManualQuestions.Meanings();
}
