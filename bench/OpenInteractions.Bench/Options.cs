using System.Globalization;

namespace OpenInteractions.Bench;

/// <summary>What was wrong with the command line, in words for the person who typed it.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The options of one command: <c>--name value</c>, <c>--name=value</c>, and flags without a value.</summary>
internal sealed class Options
{
    /// <summary>The one option that may be given several times.</summary>
    private const string Repeatable = "--env";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private Options()
    {
    }

    public static Options Parse(string[] args, string[] valued, string[] flags)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i++)
        {
            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i] : args[i][..equals];
            if (flags.Contains(name) && equals < 0)
            {
                options._values[name] = "true";
            }
            else if (valued.Contains(name) && (equals >= 0 || i + 1 < args.Length))
            {
                var value = equals >= 0 ? args[i][(equals + 1)..] : args[++i];
                options._values[name] = options.Text(name) is { } earlier && name == Repeatable ? $"{earlier}\n{value}" : value;
            }
            else
            {
                throw new UsageException(valued.Contains(name) ? $"{name} needs a value." : $"Unknown option '{args[i]}'.");
            }
        }

        return options;
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public string Required(string name) => Text(name) ?? throw new UsageException($"{name} is required.");

    /// <summary>The <c>NAME=VALUE</c> pairs of <c>--env</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment() =>
        (Text(Repeatable) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2) is [var name, var value] ? (name, value) : throw new UsageException("--env needs NAME=VALUE."))
            .ToDictionary(pair => pair.name, pair => pair.value);

    public Uri Url(string name) => Uri.TryCreate(Required(name), UriKind.Absolute, out var url)
        ? url
        : throw new UsageException($"{name} must be an absolute URL.");

    public int Number(string name, int otherwise)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"{name} must be a whole number.");
    }
}
