using System.Text.RegularExpressions;

namespace OpenInteractions.Architecture.Tests.Code;

/// <summary>What project references alone cannot forbid.</summary>
public sealed partial class SourceTests
{
    private const int LongestProgram = 60;

    [Theory]
    [InlineData("Contracts")]
    [InlineData("Engine")]
    public void The_inside_knows_no_web_server_and_no_database(string project)
    {
        Assert.DoesNotContain(Repository.Files($"src/OpenInteractions.{project}", "*.cs"), file => Outside().IsMatch(Repository.Read(file)));
    }

    [Fact]
    public void A_program_is_a_table_of_contents()
    {
        Assert.DoesNotContain(Repository.Files(".", "Program.cs"), file => File.ReadLines(Path.Combine(Repository.Root, file)).Count() > LongestProgram);
    }

    [GeneratedRegex(@"Microsoft\.AspNetCore|Microsoft\.Data|System\.Data|SQLitePCL|Npgsql|\bSELECT \S|\bINSERT INTO\b|\bDELETE FROM\b|\bUPDATE \w+ SET\b")]
    private static partial Regex Outside();
}
