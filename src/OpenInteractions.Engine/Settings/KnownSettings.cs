using System.Collections;
using Microsoft.Extensions.Configuration;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Engine.Settings;

/// <summary>The settings that exist, by their sections: what else stands below the root would be passed over in silence, and is mostly a typing error.</summary>
public sealed class KnownSettings
{
    private readonly Node _root = new();
    private readonly string _name;

    /// <summary>Knows nothing yet.</summary>
    /// <param name="root">The section that holds all others.</param>
    public KnownSettings(string root) => _name = root;

    /// <summary>Adds one setting.</summary>
    /// <param name="path">Its name in full.</param>
    public void Add(string path) => At(path);

    /// <summary>Adds what a class of options reads.</summary>
    /// <param name="section">The section.</param>
    /// <param name="type">The class.</param>
    public void Add(string section, Type type) => Fill(At(section), type);

    /// <summary>What is set and does not exist, each with the name that was probably meant. Values are not repeated: some are secret.</summary>
    public IReadOnlyList<string> Problems(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var problems = new List<string>();
        Look(configuration.GetSection(_name), _root, problems);
        return problems;
    }

    private void Look(IConfigurationSection section, Node node, List<string> problems)
    {
        if (node.IsSection && !string.IsNullOrEmpty(section.Value))
        {
            problems.Add($"{section.Path}: is a section and has no value of its own.");
        }

        foreach (var child in section.GetChildren())
        {
            if (node.Find(child.Key) is { } known)
            {
                Look(child, known, problems);
            }
            else
            {
                problems.Add($"{child.Path}: there is no such setting.{Meant(section.Path, node, child.Key)}");
            }
        }
    }

    private string Meant(string path, Node node, string name)
    {
        // Beside it, or of the same name in another section.
        var meant = NearestName.Find(name, node.Children.Keys).Select(n => $"{path}:{n}")
            .Concat(Leaves(_name, _root).Where(leaf => leaf.EndsWith(":" + name, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault();
        return meant is null ? "" : $" Did you mean {meant}?";
    }

    private static IEnumerable<string> Leaves(string path, Node node) =>
        node.Children.SelectMany(c => c.Value.Children.Count == 0 ? [$"{path}:{c.Key}"] : Leaves($"{path}:{c.Key}", c.Value));

    private Node At(string path)
    {
        var node = _root;
        foreach (var name in path.Split(':').Skip(1))
        {
            if (!node.Children.TryGetValue(name, out var next))
            {
                node.Children.Add(name, next = new Node());
            }

            node = next;
        }

        return node;
    }

    private static void Fill(Node node, Type type)
    {
        foreach (var property in type.GetProperties())
        {
            var child = new Node();
            if (property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable)))
            {
                // Names of the operator's own choice, or numbers: any.
                child.Any = new Node();
                if (property.PropertyType.GetGenericArguments()[^1] is { IsClass: true } element && element != typeof(string))
                {
                    Fill(child.Any, element);
                }
            }

            node.Children[property.Name] = child;
        }
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Children { get; } = new(StringComparer.OrdinalIgnoreCase);

        public Node? Any { get; set; }

        public bool IsSection => Children.Count > 0;

        public Node? Find(string name) => Children.GetValueOrDefault(name) ?? Any;
    }
}
