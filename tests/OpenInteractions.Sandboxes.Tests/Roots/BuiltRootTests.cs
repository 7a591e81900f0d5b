using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Roots;
using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Roots;

/// <summary>A theory over a root file system that is built from packages for it: minutes, and so in the long form alone.</summary>
internal sealed class BuiltTheoryAttribute : TheoryAttribute
{
    public BuiltTheoryAttribute() => Skip = BuiltSystem.Obstacle;
}

/// <summary>A fact of the same kind.</summary>
internal sealed class BuiltFactAttribute : FactAttribute
{
    public BuiltFactAttribute() => Skip = BuiltSystem.Obstacle;
}

/// <summary>The root file system that <c>oi sandboxes build</c> makes here, made once; with what the attacks use beside it, since an attack without its tool proves nothing.</summary>
internal static class BuiltSystem
{
    private static readonly Lazy<Task<(DirectoryInfo Home, BuiltRoot Built)>> Making = new(MakeAsync);

    public static string? Obstacle { get; } =
        Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_LONG") != "1" ? "It is built from packages, which takes minutes: ./test --long."
        : OpenInteractions.Sandboxes.Tests.Engine.Obstacle.ForRoot ?? (Tool.Exists("mmdebstrap") ? null : "'mmdebstrap' is not installed.");

    public static async Task<(string Sandboxes, BuiltRoot Built, string Files)> GetAsync()
    {
        var (home, built) = await Making.Value;
        return (home.FullName, built, $"{home.FullName}/systems/{built.Id}/root");
    }

    private static async Task<(DirectoryInfo Home, BuiltRoot Built)> MakeAsync()
    {
        var home = Directory.CreateTempSubdirectory("oi-built-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => HostProcess.Run("rm", "-rf", "--one-file-system", "--", home.FullName);
        var built = await RootBuild.RunAsync(new RootBuildRequest { Directory = home.FullName, Packages = ["libcap2-bin", "strace", "sudo"] }, Console.Error.WriteLine, CancellationToken.None);
        // A user without privileges reads it too.
        File.SetUnixFileMode(home.FullName, (UnixFileMode)0x1ED);
        return (home, built);
    }
}

/// <summary>The tools that agents are told of, from packages and not from the host.</summary>
public sealed class BuiltRootTests
{
    [BuiltFact]
    public async Task It_holds_the_tools_and_installs_of_pip_and_npm_go_home()
    {
        var (sandboxes, built, _) = await BuiltSystem.GetAsync();
        Assert.All((string[])["python3-pandas", "nodejs", "ripgrep", "git"], package => Assert.True(built.Packages.ContainsKey(package), package));
        using var engine = HostProgram.Engine(sandboxes, []);
        await engine.DeleteDiskAsync("d", Within.Time);
        await engine.CreateDiskAsync("d", 3, 64 * 1024 * 1024, Within.Time);
        await using var sandbox = await engine.StartUncheckedAsync(new SandboxSpec { Id = "d", Disk = "d", Slot = 3 }, Within.Time);

        async Task<string> RunAsync(string line) =>
            (await Finished.OfAsync(await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", line], Timeout = TimeSpan.FromSeconds(60) }, Within.Time))).Output;

        Assert.Equal("6.0\n", await RunAsync("python3 -c 'import pandas; print(pandas.Series([1.0, 2, 3]).sum())'"));
        Assert.Equal("/home/agent/.local\n", await RunAsync("npm config get prefix"));
        // A package of nothing, so that no server is asked for one.
        Assert.Equal("/home/agent/.local\n", await RunAsync("mkdir p && cd p && echo 'from setuptools import setup; setup(name=\"nothing\", py_modules=[\"nothing\"])' >setup.py && echo 'x = 1' >nothing.py "
            + "&& pip install -q --no-index --no-build-isolation . >&2; cd / && python3 -c 'import nothing, site; print(site.USER_BASE if nothing.__file__.startswith(site.USER_BASE) else nothing.__file__)'"));
        Assert.Equal("", await RunAsync("find / -xdev -perm /6000 -type f 2>/dev/null"));
    }
}

/// <summary>Every attack against sandboxes of a server that is root, which see a built root file system.</summary>
public sealed class BuiltRootAttackTests(BuiltRootAttacks attacks) : IClassFixture<BuiltRootAttacks>
{
    public static TheoryData<string> Names => RootAttackTests.Names;

    [BuiltTheory]
    [MemberData(nameof(Names))]
    public void Is_contained(string attack) => Assert.Equal("contained", attacks.Results.GetValueOrDefault(attack, $"It was not tried. {attacks.Errors}"));
}

/// <summary>The same against those of a server without privileges.</summary>
public sealed class BuiltUserAttackTests(BuiltUserAttacks attacks) : IClassFixture<BuiltUserAttacks>
{
    public static TheoryData<string> Names => RootAttackTests.Names;

    [BuiltTheory]
    [MemberData(nameof(Names))]
    public void Is_contained(string attack) => Assert.Equal("contained", attacks.Results.GetValueOrDefault(attack, $"It was not tried. {attacks.Errors}"));
}

/// <summary>The attacks on a server that is root, made once.</summary>
public sealed class BuiltRootAttacks() : AttackResults(BuiltSystem.Obstacle, asUser: false, "attacks-in")
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<string>> MoreAsync() => [(await BuiltSystem.GetAsync()).Files];
}

/// <summary>The attacks on a server without privileges, made once.</summary>
public sealed class BuiltUserAttacks() : AttackResults(BuiltSystem.Obstacle ?? Obstacle.ForUser, asUser: true, "attacks-in")
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<string>> MoreAsync() => [(await BuiltSystem.GetAsync()).Files];
}
