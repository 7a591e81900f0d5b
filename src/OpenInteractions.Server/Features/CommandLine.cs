using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Server.Features;

/// <summary>The command line before it becomes configuration, which takes every name and passes over what it does not understand.</summary>
internal static class CommandLine
{
    public const string DataDirectory = "--data-dir";

    /// <summary>What the web host and the vendors read besides our own settings.</summary>
    private static readonly string[] Names =
    [
        "data-dir", "urls", "http_ports", "https_ports", "environment", "applicationName", "contentRoot", "webroot", "AllowedHosts",
        "shutdownTimeoutSeconds", "preferHostingUrls", "detailedErrors",
        "GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OLLAMA_HOST",
    ];

    /// <summary>Sections whose members are checked where they are read.</summary>
    private static readonly string[] Sections = ["OpenInteractions:", "Kestrel:", "Logging:"];

    /// <summary>Refuses what is no setting, or has no value.</summary>
    public static void Require(IReadOnlyList<string> args)
    {
        var problems = Problems(args).ToList();
        if (problems.Count > 0)
        {
            throw new StartRefusedException("The command line is wrong; --help says what can be given:\n- " + string.Join("\n- ", problems));
        }
    }

    private static IEnumerable<string> Problems(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var argument = args[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                yield return $"'{argument}': every value needs its name before it, as in --data-dir DIR.";
                continue;
            }

            var (name, value) = argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (argument[2..at], argument[(at + 1)..]) : (argument[2..], null);
            if (!IsKnown(name))
            {
                yield return NearestName.Find(name, Names.Concat(Sections)) is [var nearest, ..]
                    ? $"--{name}: there is no such argument. Did you mean --{nearest}?"
                    : $"--{name}: there is no such argument.";
                i += value is null && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? 1 : 0;
                continue;
            }

            if (value is null)
            {
                if (i + 1 == args.Count || args[i + 1].StartsWith("--", StringComparison.Ordinal))
                {
                    yield return $"--{name}: needs a value.";
                    continue;
                }

                value = args[++i];
            }

            if (value.Length == 0 && "--" + name == DataDirectory)
            {
                yield return $"{DataDirectory}: needs a directory.";
            }
        }
    }

    private static bool IsKnown(string name) =>
        Names.Contains(name, StringComparer.OrdinalIgnoreCase) || Sections.Any(s => name.StartsWith(s, StringComparison.OrdinalIgnoreCase));
}
