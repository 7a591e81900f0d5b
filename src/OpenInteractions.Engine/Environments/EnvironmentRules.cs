using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>What may be asked of an environment (behaviour EN-1, EN-3, EN-15).</summary>
/// <param name="readers">Who brings in sources.</param>
/// <param name="network">Who reads network rules; null where sandboxes have no way out.</param>
/// <param name="hasNetwork">Whether sandboxes can have a way out.</param>
internal sealed class EnvironmentRules(IReadOnlyDictionary<string, IEnvironmentSource> readers, INetworkRuleReader? network, bool hasNetwork)
{
    public const int MaxSources = 100;
    public const int MaxVariables = 100;
    public const string FromInteraction = "from_interaction";
    private const int MaxVariableName = 256;
    private const int MaxValue = 32 * 1024;
    private const int MaxValues = 100 * 1024;

    public static string Place(string field, string member) => field.Length == 0 ? member : $"{field}.{member}";

    public void Check(EnvironmentSpec spec, string field)
    {
        if (spec.FromInteraction is not null)
        {
            throw Wrong(Place(field, FromInteraction), "it stands in the 'environment' of one create, without 'environment_id', since it makes a new environment");
        }

        CheckSources(spec.Sources ?? [], Place(field, "sources"));
        CheckVariables(spec.Env, Place(field, "env"));
        CheckNetwork(spec.Network, Place(field, "network"));
    }

    private void CheckSources(IReadOnlyList<EnvironmentSource> sources, string field)
    {
        if (sources.Count > MaxSources)
        {
            throw Wrong(field, $"there are at most {MaxSources} sources");
        }

        var targets = new HashSet<string>(StringComparer.Ordinal);
        var inline = 0L;
        foreach (var (index, source) in sources.Index())
        {
            var place = $"{field}[{index}]";
            if (!readers.TryGetValue(source.Type, out var reader))
            {
                throw new ApiException(
                    ErrorCode.FailedPrecondition,
                    $"Sources of type '{source.Type}' in '{place}.type' are not available on this server. It takes: {string.Join(", ", readers.Keys.Order(StringComparer.Ordinal).Select(t => $"'{t}'"))}.",
                    $"{place}.type");
            }

            if ((source.Target ?? reader.TargetOf(source)) is not { Length: > 0 } wanted)
            {
                throw Wrong($"{place}.target", "it is missing: give the path where the source goes, such as '/workspace/data'");
            }

            var target = EnvironmentPaths.Target(wanted, out var fault) ?? throw Wrong($"{place}.target", $"{fault}. Give a path such as '{EnvironmentPaths.Workspace}/data'");
            if (!targets.Add(target))
            {
                throw Wrong($"{place}.target", $"'{Excerpt.Of(wanted)}' is the target of two sources");
            }

            reader.Check(source, place);
            inline += InlineSource.LengthOf(source);
            if (inline > InlineSource.MaxTogether)
            {
                throw Wrong(field, $"inline sources have at most {InlineSource.MaxTogether} bytes together. Upload the files instead");
            }
        }
    }

    private void CheckVariables(IReadOnlyDictionary<string, Contracts.Json.StringOr<EnvironmentVariable>>? variables, string field)
    {
        if (variables is null)
        {
            return;
        }

        if (variables.Count > MaxVariables)
        {
            throw Wrong(field, $"there are at most {MaxVariables} variables");
        }

        var length = 0L;
        foreach (var (name, variable) in variables)
        {
            var place = $"{field}.{Excerpt.Of(name, 60)}";
            if (!IsVariable(name))
            {
                throw Wrong(place, $"a variable's name has letters, digits and '_', does not begin with a digit, and has at most {MaxVariableName} characters");
            }

            var value = variable is null ? null : variable.Text ?? variable.Value!.Value;
            var credential = variable?.Value?.Credential;
            if (value is null == credential is null)
            {
                throw Wrong(place, "a variable is a text, an object with 'value', or an object with 'credential'");
            }

            if (credential is { Length: 0 })
            {
                throw Wrong($"{place}.credential", "it is the id of a credential");
            }

            if (credential is not null && !hasNetwork)
            {
                throw Unavailable($"{place}.credential", "its sandboxes have no way out that a credential could be used on");
            }

            length += value?.Length ?? 0;
            if (value is not null && (value.Contains('\0', StringComparison.Ordinal) || value.Length > MaxValue || length > MaxValues))
            {
                throw Wrong(place, $"a value has no zero character and at most {MaxValue} characters, and all of them together at most {MaxValues}");
            }
        }
    }

    private void CheckNetwork(Contracts.Json.StringOr<NetworkRules>? rules, string field)
    {
        network?.Check(rules, field);
        if (!hasNetwork && rules?.Value?.Allowlist?.Entries is { Count: > 0 })
        {
            throw Unavailable(field, "its sandboxes have no way out. Leave it out, or say 'disabled'");
        }
    }

    private static bool IsVariable(string name) => name.Length is > 0 and <= MaxVariableName && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static ApiException Wrong(string field, string fault) => new(ErrorCode.InvalidRequest, $"Invalid value in '{field}': {fault}.", field);

    private static ApiException Unavailable(string field, string why) => new(ErrorCode.FailedPrecondition, $"'{field}' is not available on this server: {why}.", field);
}
