using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenInteractions.Api;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Providers;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Storage.Sqlite;
using OpenInteractions.Tools;

namespace OpenInteractions.Architecture.Tests.Documents;

/// <summary>docs/configuration.md lists every setting with the default and the range that the code has, and no others.</summary>
public sealed partial class ConfigurationPageTests
{
    private const string Page = "docs/configuration.md";
    private const string EndpointSection = "OpenInteractions:Providers:Endpoints:NAME";

    private static readonly Assembly[] Assemblies = [typeof(ApiLimits).Assembly, typeof(RunOptions).Assembly, typeof(ProvidersOptions).Assembly, typeof(SqliteOptions).Assembly, typeof(ToolsFeature).Assembly, typeof(EgressOptions).Assembly];

    [Fact]
    public void Every_setting_is_listed_with_its_default_and_its_range()
    {
        var written = MarkdownTable.Rows(Page).Where(row => row.Key.StartsWith("OpenInteractions:", StringComparison.Ordinal))
            .Select(row => $"{row.Key} = {row.Value[1].Trim('`')} ({row.Value[2]})");
        var inCode = Settings().Concat(Direct());

        Assert.Equal(inCode.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_variable_of_the_help_is_listed()
    {
        var help = Repository.Read("src/OpenInteractions.Server/help.txt");
        var page = Repository.Read(Page);

        Assert.DoesNotContain(Variable().Matches(help).Select(m => m.Value), name => !page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Settings() =>
        from type in Assemblies.SelectMany(a => a.GetTypes())
        let section = type == typeof(EndpointOptions) ? EndpointSection : SectionOf(type)
        where section is not null
        let defaults = Activator.CreateInstance(type)
        from property in type.GetProperties()
        where property.Name != "Endpoints" // their members are listed
        select $"{section}:{property.Name} = {Text(property.GetValue(defaults))} ({RangeOf(property)})";

    /// <summary>Settings that have no options class, because they are needed before there are options.</summary>
    private static IEnumerable<string> Direct() => Repository.Files("src/OpenInteractions.Server", "*.cs")
        .SelectMany(file => Literal().Matches(Repository.Read(file)).Select(m => m.Groups[1].Value))
        .Distinct()
        .Select(name => name switch
        {
            "OpenInteractions:DataDirectory" => $"{name} = data (a directory)",
            "OpenInteractions:Auth:Mode" => $"{name} = not set (open)",
            _ => $"{name} is read by the server and not known to this test",
        });

    private static string? SectionOf(Type type) =>
        type.GetField("Section", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)?.GetRawConstantValue() as string;

    private static string RangeOf(PropertyInfo property) => property.GetCustomAttribute<RangeAttribute>() is { } range
        ? $"{Text(range.Minimum)} to {Text(range.Maximum)}"
        : property.PropertyType.IsEnum ? string.Join(", ", Enum.GetValues(property.PropertyType).Cast<object>().Select(Text)) : property.PropertyType == typeof(bool) ? "true, false" : property.Name == nameof(EndpointOptions.Wire) ? "auto, responses, chat" : "";

    private static string Text(object? value) => value switch
    {
        null => "not set",
        ICollection { Count: 0 } => "none",
        bool flag => flag ? "true" : "false",
        Enum word => JsonNamingPolicy.CamelCase.ConvertName(word.ToString()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    [GeneratedRegex("\"(OpenInteractions:[A-Za-z:]+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("[A-Z]{4,}(_[A-Z]+)+")]
    private static partial Regex Variable();
}
