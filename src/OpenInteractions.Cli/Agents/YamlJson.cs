using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenInteractions.Cli.Server;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace OpenInteractions.Cli.Agents;

/// <summary>YAML as the JSON that it stands for, by the core schema of YAML 1.2: what is not quoted may be a number, a truth value or nothing.</summary>
internal static partial class YamlJson
{
    private const int MaxDepth = 64;

    /// <summary>Reads the one mapping of a document.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="file">What it is called in messages.</param>
    /// <exception cref="ServerException">It is no YAML, or no mapping; the message has file and line.</exception>
    public static JsonObject Read(string yaml, string file)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root
                ? Mapping(root, 0)
                : throw new ServerException($"{file}: it must be one document with fields of an agent, such as 'base_agent: antigravity'.");
        }
        catch (YamlException exception)
        {
            throw new ServerException($"{file}:{exception.Start.Line}:{exception.Start.Column}: {exception.Message}");
        }
    }

    private static JsonObject Mapping(YamlMappingNode mapping, int depth)
    {
        var json = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            json[key is YamlScalarNode { Value: { } name } ? name : throw Fault(key, "a field's name is a text")] = Node(value, depth);
        }

        return json;
    }

    private static JsonNode? Node(YamlNode node, int depth) => depth == MaxDepth
        ? throw Fault(node, $"it is nested more than {MaxDepth} levels deep")
        : node switch
        {
            YamlMappingNode mapping => Mapping(mapping, depth + 1),
            YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(child => Node(child, depth + 1))]),
            YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
            YamlScalarNode scalar => JsonValue.Create(scalar.Value),
            _ => throw Fault(node, "it is neither a field, a list nor a value"),
        };

    private static JsonValue? Plain(string value) => value switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when WholeNumber().IsMatch(value) && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when FloatingNumber().IsMatch(value) && double.Parse(value, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) => JsonValue.Create(number),
        _ => JsonValue.Create(value),
    };

    private static YamlException Fault(YamlNode node, string what) => new(node.Start, node.End, $"{what}.");

    [GeneratedRegex(@"\A[-+]?[0-9]+\z")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex FloatingNumber();
}
