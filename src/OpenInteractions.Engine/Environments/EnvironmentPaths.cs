using System.Text;

namespace OpenInteractions.Engine.Environments;

/// <summary>Paths of environments as callers write them: absolute, or relative to where agents work (behaviour EN-15).</summary>
public static class EnvironmentPaths
{
    /// <summary>Where agents work.</summary>
    public const string Workspace = "/workspace";

    // All else is the system's, and commands and sources may not write there.
    private static readonly string[] Writable = [Workspace, "/home/agent", "/.agents", "/tmp", "/var/tmp"];

    private const int MaxLength = 1024;
    private const int MaxName = 255;

    /// <summary>The absolute path of a source's target, or null when it is none; <paramref name="fault"/> says why.</summary>
    public static string? Target(string target, out string fault)
    {
        ArgumentNullException.ThrowIfNull(target);
        var path = Clean(target.StartsWith('/') ? target : $"{Workspace}/{target}", out fault);
        if (path is null || Array.Exists(Writable, w => path == w || path.StartsWith(w + "/", StringComparison.Ordinal)))
        {
            return path;
        }

        fault = $"{(path == "/" ? "it may not be '/'" : "that part of the file system is not to be written to")}, only {string.Join(", ", Writable.Select(w => $"'{w}'"))} and what is below";
        return null;
    }

    /// <summary>An absolute path without empty parts and <c>.</c>, or null when it is none.</summary>
    public static string? Clean(string path, out string fault)
    {
        ArgumentNullException.ThrowIfNull(path);
        fault = "";
        if (path.Length > MaxLength)
        {
            fault = $"a path has at most {MaxLength} characters";
            return null;
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        fault = Array.Exists(parts, p => p == "..") ? "it may not hold '..'"
            : path.Any(char.IsControl) ? "it may not hold control characters"
            : Array.Exists(parts, p => Encoding.UTF8.GetByteCount(p) > MaxName) ? $"a name in it has at most {MaxName} bytes"
            : "";
        return fault.Length > 0 ? null : "/" + string.Join('/', parts);
    }
}
