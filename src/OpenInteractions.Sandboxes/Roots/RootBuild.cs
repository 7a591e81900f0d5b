using System.Diagnostics;
using System.Globalization;
using System.Text;
using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Roots;

/// <summary>What to build.</summary>
public sealed record RootBuildRequest
{
    /// <summary>The directory of sandboxes.</summary>
    public required string Directory { get; init; }

    /// <summary>The release of the distribution; null for this machine's.</summary>
    public string? Suite { get; init; }

    /// <summary>Addresses of mirrors, or lines as in <c>sources.list</c>; without any, those of this machine's apt.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Further packages.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Whether the standard tools are left out.</summary>
    public bool IsMinimal { get; init; }
}

/// <summary>
/// Builds the root file system of sandboxes. Everything happens in a directory that no server looks at, and gets its name at the end, in one step. A build that was killed leaves nothing that
/// is used; the next one removes it and begins anew.
/// </summary>
public sealed class RootBuild
{
    private const string Building = ".building-";
    // Where root builds for a server that is not.
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const int IsLocked = 75;
    private const int MaxLastWords = 12;
    private readonly RootBuildRequest _request;
    private readonly Action<string> _tell;
    private readonly RootCatalog _catalog;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private RootBuild(RootBuildRequest request, Action<string> tell) => (_request, _tell, _catalog) = (request, tell, new RootCatalog(request.Directory));

    /// <summary>What makes the first files of it; tests have quicker ones.</summary>
    internal string Bootstrap { get; init; } = "mmdebstrap";

    /// <summary>Root file systems that were built, the newest first.</summary>
    /// <param name="directory">The directory of sandboxes.</param>
    public static IReadOnlyList<BuiltRoot> List(string directory) => new RootCatalog(directory).All();

    /// <summary>Builds one, tries it and gives it its name.</summary>
    /// <param name="request">What.</param>
    /// <param name="tell">Is told what happens, a line each.</param>
    /// <param name="cancellationToken">Ends it; nothing is left of it.</param>
    /// <exception cref="SandboxException">It cannot be built; the message says why and what to do.</exception>
    public static Task<BuiltRoot> RunAsync(RootBuildRequest request, Action<string> tell, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(tell);
        return new RootBuild(request, tell).RunAsync(cancellationToken);
    }

    internal static Task<BuiltRoot> RunAsync(RootBuildRequest request, string bootstrap, Action<string> tell, CancellationToken cancellationToken) =>
        new RootBuild(request, tell) { Bootstrap = bootstrap }.RunAsync(cancellationToken);

    private async Task<BuiltRoot> RunAsync(CancellationToken cancellationToken)
    {
        var suite = Check();
        Directory.CreateDirectory(_request.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(_catalog.Systems, Readable);
        using var alone = Lock();
        await SweepAsync();
        var id = NextId();
        var work = $"{_catalog.Systems}/{Building}{id}";
        Directory.CreateDirectory(work, Readable);
        try
        {
            var sources = await BootstrapAsync(suite, $"{work}/root", cancellationToken);
            await RootFinish.RunAsync($"{work}/root", cancellationToken);
            Say("trying a sandbox in it");
            await TryAsync(work, cancellationToken);
            var built = new BuiltRoot
            {
                Id = id,
                Built = TimeProvider.System.GetUtcNow(),
                Suite = suite,
                Sources = [.. sources.Select(AptSources.WithoutPassword)],
                Bytes = long.Parse((await Tool.RunAsync(["du", "-sx", "--block-size=1", "--", $"{work}/root"], cancellationToken)).Split('\t')[0], CultureInfo.InvariantCulture),
                Seconds = _watch.Elapsed.TotalSeconds,
                Packages = RootFinish.PackagesOf($"{work}/root"),
            };
            await File.WriteAllBytesAsync($"{work}/{RootCatalog.Manifest}", built.Write(), cancellationToken);
            // A power cut must not leave a name with half of the files.
            await Tool.RunAsync(["sync", "-f", "--", work], cancellationToken);
            Directory.Move(work, $"{_catalog.Systems}/{id}");
            foreach (var gone in await _catalog.PruneAsync())
            {
                Say($"removed {gone}, which nobody uses any more");
            }

            return built;
        }
        catch
        {
            await SweepAsync();
            throw;
        }
    }

    private string Check()
    {
        if (!Path.IsPathFullyQualified(_request.Directory))
        {
            throw new SandboxException(SandboxErrorKind.Invalid, "The directory of sandboxes must be an absolute path.");
        }

        foreach (var (tool, package) in (ValueTuple<string, string>[])[(Bootstrap, "mmdebstrap"), ("flock", "util-linux"), ("unshare", "util-linux")])
        {
            if (!File.Exists(tool) && !Tool.Exists(tool))
            {
                throw new SandboxException(SandboxErrorKind.Refused, $"'{tool}' was not found. Install it: apt-get install {package}.");
            }
        }

        if (_request.Packages.FirstOrDefault(p => p.Length is 0 or > 200 || !char.IsAsciiLetterOrDigit(p[0]) || !p.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.' or ':' or '=' or '~')) is { } wrong)
        {
            throw new SandboxException(SandboxErrorKind.Invalid, $"'{wrong}' is not the name of a package.");
        }

        var suite = _request.Suite ?? AptSources.OwnSuite
            ?? throw new SandboxException(SandboxErrorKind.Invalid, "This machine does not say which release of Debian or Ubuntu it is. Name one with --suite, such as 'trixie', and a mirror with --mirror.");
        return suite.Length is > 0 and <= 64 && suite.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') && suite[0] != '-'
            ? suite
            : throw new SandboxException(SandboxErrorKind.Invalid, $"'{suite}' is not the name of a suite.");
    }

    private FileStream Lock()
    {
        try
        {
            return new FileStream($"{_catalog.Systems}/.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw Taken();
        }
    }

    private static SandboxException Taken() => new(SandboxErrorKind.Conflict, "Another build is at work in this directory. Wait for its end.");

    // Whoever was killed may have left programs that still write; they hold this lock, and what they write into is not removed below them.
    private async Task SweepAsync()
    {
        foreach (var half in Directory.GetDirectories(_catalog.Systems, $"{Building}*"))
        {
            try
            {
                await Tool.RunAsync(["flock", "--timeout", "10", "--", WorkLock, "rm", "-rf", "--one-file-system", "--", half], CancellationToken.None);
            }
            catch (SandboxException) when (Directory.Exists(half))
            {
                throw new SandboxException(SandboxErrorKind.Conflict, $"A build that was ended is still writing to {half}, or it cannot be removed. Try again in a moment.");
            }
        }
    }

    private string WorkLock => $"{_catalog.Systems}/.work-lock";

    private string NextId()
    {
        const string Form = "yyyyMMdd-HHmmss";
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var newest = _catalog.Ids().Select(id => DateTime.TryParseExact(id, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : default).DefaultIfEmpty().Max();
        // The newest by name is the newest in fact, also when the clock was put back.
        return (now > newest.AddSeconds(1) ? now : newest.AddSeconds(1)).ToString(Form, CultureInfo.InvariantCulture);
    }

    private async Task<IReadOnlyList<string>> BootstrapAsync(string suite, string target, CancellationToken cancellationToken)
    {
        var sources = _request.Mirrors.Count > 0
            ? [.. _request.Mirrors.Select(m => m.StartsWith("deb", StringComparison.Ordinal) ? m : $"deb {m} {suite} main{(m.Contains("ubuntu", StringComparison.OrdinalIgnoreCase) ? " universe" : "")}")]
            : await AptSources.OfHostAsync(suite, cancellationToken);
        Say($"building {suite} from {(sources.Count > 0 ? string.Join(", ", sources.Select(AptSources.WithoutPassword)) : "the distribution's own servers")}");
        List<string> command = ["flock", "--nonblock", "--conflict-exit-code", $"{IsLocked}", "--", WorkLock];
        if (Native.IsRoot)
        {
            // It mounts /proc and /dev below its directory. In a namespace of its own they go with it, whatever ends it.
            command.AddRange(["unshare", "--mount", "--propagation", "private", "--"]);
        }

        command.AddRange([Bootstrap, "--verbose", "--variant=minbase", $"--format={(Native.IsRoot ? "directory" : "tar")}", "--skip=output/dev"]);
        command.AddRange(((string[])["path-exclude=/usr/share/man/*", "path-exclude=/usr/share/doc/*", "path-include=/usr/share/doc/*/copyright", "path-exclude=/usr/share/locale/*", "path-exclude=/usr/share/info/*"]).Select(o => $"--dpkgopt={o}"));
        command.AddRange((await AptSources.ConnectionAsync(cancellationToken)).Select(o => $"--aptopt={o}"));
        command.Add($"--include={string.Join(',', ToolSet.Needed.Concat(_request.IsMinimal ? [] : ToolSet.Standard).Concat(_request.Packages))}");
        var result = Native.IsRoot ? target : $"{target}.tar";
        command.AddRange([suite, result, .. sources]);
        await FollowAsync(command, cancellationToken);
        if (!Native.IsRoot)
        {
            // Owned by whoever serves it, who can then also remove it.
            Say("unpacking");
            Directory.CreateDirectory(target);
            await Tool.RunAsync(["tar", "-C", target, "-xf", result, "--no-same-owner", "--no-same-permissions", "--exclude=./dev/*"], cancellationToken);
            File.Delete(result);
        }

        return sources;
    }

    private async Task FollowAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = Tool.Start(command);
        foreach (var proxy in (string[])["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"])
        {
            start.Environment[proxy] = Environment.GetEnvironmentVariable(proxy);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var lines = new BuildLines(Say);
        try
        {
            await Task.WhenAll(lines.ReadAsync(process.StandardOutput, cancellationToken), lines.ReadAsync(process.StandardError, cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        if (process.ExitCode == IsLocked)
        {
            throw Taken();
        }

        if (process.ExitCode != 0)
        {
            throw new SandboxException(SandboxErrorKind.Refused, $"{Path.GetFileName(Bootstrap)} failed with {process.ExitCode}. Its last words:\n{AptSources.WithoutPassword(string.Join('\n', lines.Last(MaxLastWords)))}"
                + (Native.IsRoot ? "" : "\nWithout root it needs user namespaces and the package uidmap; or build as root."));
        }
    }

    // With the init and the runtime of this version, as a server would start it.
    private async Task TryAsync(string work, CancellationToken cancellationToken)
    {
        const string Name = "trial";
        if (!Tool.Exists("bwrap"))
        {
            throw new SandboxException(SandboxErrorKind.Refused, "'bwrap' was not found, and no sandbox can be tried. Install it: apt-get install bubblewrap.");
        }

        var directory = $"{work}/{Name}";
        using (var engine = new BubblewrapEngine(new SandboxOptions { Directory = directory }))
        {
            await engine.CreateDiskAsync(Name, 0, 64L * 1024 * 1024, cancellationToken);
            var spec = new SandboxSpec { Id = Name, Disk = Name, Slot = 0, RootFileSystem = $"{work}/root" };
            await using var sandbox = await engine.StartUncheckedAsync(spec, cancellationToken);
            var command = await sandbox.StartAsync(
                new CommandSpec { Arguments = ["/bin/bash", "-c", _request.IsMinimal ? ToolSet.MinimalTrial : ToolSet.StandardTrial], Timeout = TimeSpan.FromMinutes(2), OutputLimit = 4096 }, cancellationToken);
            var said = new StringBuilder();
            await foreach (var piece in command.ReadOutputAsync(cancellationToken))
            {
                said.Append(Encoding.UTF8.GetString(piece.Data.Span));
            }

            if (await command.Result.WaitAsync(cancellationToken) is not { ExitCode: 0, Signal: 0 })
            {
                throw new SandboxException(SandboxErrorKind.Refused, $"What was built does not work in a sandbox, and was thrown away: {Connection.Errors.Shown(said.ToString().Trim())}");
            }
        }

        await LoopDevices.WaitUntilFreeAsync($"{directory}/disks/{Name}.img", cancellationToken);
        await Tool.RunAsync(["rm", "-rf", "--one-file-system", "--", directory], cancellationToken);
    }

    private void Say(string what) => _tell(string.Create(CultureInfo.InvariantCulture, $"[{_watch.Elapsed.TotalSeconds,4:F0} s] {what}"));
}
