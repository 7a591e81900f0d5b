using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>
/// Skills of registries that the operator has: directories of this machine, or addresses with an archive for each skill (behaviour EN-3). A skill goes to where agents look for it, and has a
/// <c>SKILL.md</c> that says its name and what it is for (behaviour CA-7).
/// </summary>
internal sealed class SkillSource(OutboundGuard guard, IOptions<EnvironmentOptions> options) : IEnvironmentSource, IDisposable
{
    public const string TypeName = "skill_registry";

    private const string Directory = "/.agents/skills";
    private const string Manual = "SKILL.md";
    private const int MaxManual = 64 * 1024;
    private const int MaxDepth = 32;

    private readonly ConcurrentDictionary<string, SourceFetch> _fetches = new(StringComparer.Ordinal);

    public string Type => TypeName;

    private Dictionary<string, string> Registries => options.Value.SkillRegistries;

    /// <summary>Whether a text names a registry or a skill, so that it is a name of a directory and of a file in an address too.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Where agents look for it, when nothing else is said.</summary>
    public string TargetOf(EnvironmentSource source) => Read(source.Source) is { } named ? $"{Directory}/{named.Skill}" : Directory;

    public void Check(EnvironmentSource source, string field)
    {
        if (Registries.Count == 0)
        {
            throw new ApiException(
                ErrorCode.FailedPrecondition, $"Sources of type '{TypeName}' in '{field}.type' are not available on this server: it has no registries ({EnvironmentOptions.Section}:{nameof(EnvironmentOptions.SkillRegistries)}).", $"{field}.type");
        }

        if (source.Content is not null || source.Encoding is not null)
        {
            throw Wrong($"{field}.content", "a skill comes from its registry. Leave it out");
        }

        var (registry, skill) = Read(source.Source) ?? throw Wrong($"{field}.source", $"give 'SKILL', or 'REGISTRY/SKILL' for one of: {string.Join(", ", Names())}");
        if (registry is not null && !Registries.ContainsKey(registry))
        {
            throw Wrong($"{field}.source", $"there is no registry '{registry}'. There are: {string.Join(", ", Names())}");
        }

        if (source.Target is { } target && EnvironmentPaths.Target(Parent(EnvironmentPaths.Target(target, out _)!), out _) is null)
        {
            throw Wrong($"{field}.target", $"a skill has a directory of its own, such as '{Directory}/{skill}', which it also gets without 'target'");
        }

        // What lies on this machine is known now; what others have, when it is fetched.
        var asked = Asked(registry);
        if (asked.All(r => IsPath(r.Value)) && !asked.Any(r => File.Exists(Path.Combine(r.Value, skill, Manual))))
        {
            throw Wrong($"{field}.source", Unknown(registry, skill));
        }
    }

    public async Task BringAsync(EnvironmentSource source, SourcePlace place, CancellationToken cancellationToken)
    {
        var (registry, skill) = Read(source.Source)!.Value;
        await RequireEmptyAsync(place, skill, cancellationToken);
        var files = place.Sandbox.Files;
        var making = $"{Parent(place.Target)}/.oi-skill-{Guid.NewGuid():N}"; // on the same disk
        await files.MakeDirectoryAsync(making, cancellationToken);
        try
        {
            if (!await FindAsync(registry, skill, making, place, cancellationToken))
            {
                throw Refused(skill, Unknown(registry, skill));
            }

            var root = await RootAsync(files, making, cancellationToken) ?? throw Refused(skill, $"it has no '{Manual}'");
            var (name, description) = AgentFiles.FrontMatter(await ManualAsync(files, $"{root}/{Manual}", cancellationToken));
            if (name is null || description is null)
            {
                throw Refused(skill, $"its '{Manual}' does not say 'name' and 'description' at its beginning, between two lines of '---'");
            }

            await files.RemoveAsync(place.Target, recursive: true, cancellationToken);
            await files.RenameAsync(root, place.Target, overwrite: false, cancellationToken);
        }
        finally
        {
            await DiscardAsync(files, making);
        }
    }

    public void Dispose()
    {
        foreach (var fetch in _fetches.Values)
        {
            fetch.Dispose();
        }
    }

    private static string Parent(string path) => path[..path.LastIndexOf('/')] is { Length: > 0 } parent ? parent : "/";

    private static (string? Registry, string Skill)? Read(string? source) => source?.Split('/') switch
    {
        [var skill] when IsName(skill) => (null, skill),
        [var registry, var skill] when IsName(registry) && IsName(skill) => (registry, skill),
        _ => null,
    };

    private static bool IsPath(string registry) => Path.IsPathFullyQualified(registry);

    private IEnumerable<string> Names() => Registries.Keys.Order(StringComparer.Ordinal).Select(n => $"'{n}'");

    private List<KeyValuePair<string, string>> Asked(string? registry) => [.. Registries.Where(r => registry is null || r.Key == registry).OrderBy(r => r.Key, StringComparer.Ordinal)];

    private string Unknown(string? registry, string skill) => $"there is no skill '{skill}' in {(registry is null ? string.Join(", ", Names()) : $"'{registry}'")}";

    /// <summary>The first registry that has it gives it.</summary>
    private async Task<bool> FindAsync(string? registry, string skill, string making, SourcePlace place, CancellationToken cancellationToken)
    {
        foreach (var (name, where) in Asked(registry))
        {
            var found = IsPath(where)
                ? await CopyAsync(Path.Combine(where, skill), making, skill, place.Sandbox.Files, cancellationToken)
                : await UnpackAsync(_fetches.GetOrAdd(name, _ => new SourceFetch(guard, new Uri(where))), making, skill, place, cancellationToken);
            if (found)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Copies a skill of this machine. Links are left out: they could lead anywhere on it.</summary>
    private async Task<bool> CopyAsync(string from, string making, string skill, ISandboxFiles files, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(from, Manual)))
        {
            return false;
        }

        var (count, left) = (0, options.Value.MaxSourceBytes);
        var walk = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MaxDepth, AttributesToSkip = FileAttributes.ReparsePoint, ReturnSpecialDirectories = false };
        foreach (var file in System.IO.Directory.EnumerateFiles(from, "*", walk))
        {
            await using var content = File.OpenRead(file);
            left -= content.Length;
            if (++count > TarWalk.MaxEntries || left < 0)
            {
                throw TooLarge(skill);
            }

            var isProgram = OperatingSystem.IsLinux() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute);
            await files.WriteAsync(
                $"{making}/{Path.GetRelativePath(from, file)}", content, new WriteOptions { MakeParents = true, Overwrite = true, Mode = isProgram ? 0b111_101_101 : 0b110_100_100, Limit = options.Value.MaxSourceBytes }, cancellationToken);
        }

        return true;
    }

    private async Task<bool> UnpackAsync(SourceFetch fetch, string making, string skill, SourcePlace place, CancellationToken cancellationToken)
    {
        using var answer = await fetch.GetAsync($"{skill}.tar.gz", await place.HeadersFor(fetch.Origin, cancellationToken), why => Refused(skill, why), cancellationToken);
        if (answer is null)
        {
            return false;
        }

        await using var bytes = await answer.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            await using var archive = await UnpackedArchive.OpenAsync(bytes, options.Value.MaxSourceBytes, cancellationToken);
            await place.Sandbox.Files.TarInAsync(making, archive, overwrite: true, options.Value.MaxSourceBytes, cancellationToken);
            return true;
        }
        catch (SandboxException exception) when (exception is { Kind: SandboxErrorKind.File, Errno: not 28 })
        {
            throw Refused(skill, "its archive is none, is too large, or holds what is not unpacked, such as links that lead out of it");
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw Refused(skill, "its archive was cut, or is none");
        }
    }

    /// <summary>Where the manual is: at the top, or in the one directory at the top, as many pack it.</summary>
    private static async Task<string?> RootAsync(ISandboxFiles files, string making, CancellationToken cancellationToken)
    {
        var top = (await files.ListAsync(making, recursive: false, pattern: null, limit: 1000, cancellationToken)).Items;
        if (top.Any(e => e.Path == Manual && e.Kind == SandboxEntryKind.File))
        {
            return making;
        }

        return top is [{ Kind: SandboxEntryKind.Directory } only] && (await files.ListAsync($"{making}/{only.Path}", recursive: false, Manual, limit: 1, cancellationToken)).Items is [{ Kind: SandboxEntryKind.File }]
            ? $"{making}/{only.Path}"
            : null;
    }

    private static async Task<string> ManualAsync(ISandboxFiles files, string path, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await files.ReadAsync(path, 0, MaxManual, content, cancellationToken);
        return System.Text.Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    /// <summary>Its target holds nothing, or the skill from a time before that was cut.</summary>
    private static async Task RequireEmptyAsync(SourcePlace place, string skill, CancellationToken cancellationToken)
    {
        try
        {
            var there = (await place.Sandbox.Files.ListAsync(place.Target, recursive: false, pattern: null, limit: 1000, cancellationToken)).Items;
            if (there.Count > 0 && !there.Any(e => e.Path == Manual))
            {
                throw Refused(skill, $"its target '{Excerpt.Of(place.Target, 100)}' is not empty. Give it a directory of its own, or leave 'target' out");
            }
        }
        catch (SandboxException exception) when (exception is { Kind: SandboxErrorKind.File, Errno: 2 })
        {
            await place.Sandbox.Files.MakeDirectoryAsync(place.Target, cancellationToken); // and what is above it
        }
    }

    private ApiException TooLarge(string skill) =>
        Refused(skill, $"it has more than {options.Value.MaxSourceBytes} bytes ({EnvironmentOptions.Section}:{nameof(EnvironmentOptions.MaxSourceBytes)}) or {TarWalk.MaxEntries} files");

    private static ApiException Refused(string skill, string why) => new(ErrorCode.FailedPrecondition, $"The skill '{skill}' cannot be brought in: {why}.", "sources");

    private static ApiException Wrong(string field, string fault) => new(ErrorCode.InvalidRequest, $"Invalid value in '{field}': {fault}.", field);

    private static async Task DiscardAsync(ISandboxFiles files, string making)
    {
        try
        {
            await files.RemoveAsync(making, recursive: true, CancellationToken.None);
        }
        catch (SandboxException)
        {
            // It was moved to its place, or the sandbox has ended.
        }
    }
}
