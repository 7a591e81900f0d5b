using System.Globalization;

namespace OpenInteractions.Bench;

/// <summary>What was wrong with the command line, in words for the person who typed it.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The options of one command: <c>--name value</c>, <c>--name=value</c>, and flags without a value.</summary>
internal sealed class Options
{
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
                options._values[name] = equals >= 0 ? args[i][(equals + 1)..] : args[++i];
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
