using OpenInteractions.Contracts.Errors;

namespace OpenInteractions.Architecture.Tests.Documents;

/// <summary>docs/api.md has the error table of the code.</summary>
public sealed class ApiPageTests
{
    [Fact]
    public void Every_error_code_is_listed_with_its_status()
    {
        var written = MarkdownTable.Rows("docs/api.md");
        var missing = Enum.GetValues<ErrorCode>().Select(ErrorTable.Of).Where(row => !IsWritten(row));

        Assert.Empty(missing);

        bool IsWritten(ErrorRow row) => written.TryGetValue(row.WireCode, out var cells)
            && cells[1] == $"{row.HttpStatus}" && cells[2] == (row.IsRetryable ? "yes" : "no");
    }
}
