using OpenInteractions.Sandboxes.Tests.Engine;

namespace OpenInteractions.Sandboxes.Tests.Attacks;

/// <summary>Every attack against sandboxes of a server that is root.</summary>
public sealed class RootAttackTests(RootAttacks attacks) : IClassFixture<RootAttacks>
{
    public static TheoryData<string> Names => [.. AttackList.All.Select(a => a.Name)];

    [RootTheory]
    [MemberData(nameof(Names))]
    public void Is_contained(string attack) => Assert.Equal("contained", attacks.Results.GetValueOrDefault(attack, $"It was not tried. {attacks.Errors}"));
}

/// <summary>Every attack against sandboxes of a server without privileges.</summary>
public sealed class UserAttackTests(UserAttacks attacks) : IClassFixture<UserAttacks>
{
    public static TheoryData<string> Names => RootAttackTests.Names;

    [UserTheory]
    [MemberData(nameof(Names))]
    public void Is_contained(string attack) => Assert.Equal("contained", attacks.Results.GetValueOrDefault(attack, $"It was not tried. {attacks.Errors}"));
}

/// <summary>The attacks on a server that is root, made once.</summary>
public sealed class RootAttacks() : AttackResults(Obstacle.ForRoot, asUser: false, "attacks");

/// <summary>The attacks on a server without privileges, made once.</summary>
public sealed class UserAttacks() : AttackResults(Obstacle.ForUser, asUser: true, "attacks");

/// <summary>Runs all of a kind in a process and keeps what it says.</summary>
public abstract class AttackResults(string? obstacle, bool asUser, string what, string? runtime = null) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    public Dictionary<string, string> Results { get; } = [];

    public string Errors { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (obstacle is not null)
        {
            return;
        }

        HostProcess.Runtime.Value = runtime;
        using var host = new HostProcess(asUser, what, [.. await MoreAsync()]);
        using var timeout = new CancellationTokenSource(Patience);
        var errors = host.Process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            while (await host.Process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                var parts = line.Split('\t', 2);
                Results[parts[0]] = parts.Length == 2 ? parts[1] : line;
            }

            Errors = await errors;
        }
        catch (OperationCanceledException)
        {
            Errors = $"It hung for {Patience} behind '{Results.Keys.LastOrDefault()}'.";
        }
    }

    public virtual Task DisposeAsync() => Task.CompletedTask;

    /// <summary>What is made for it alone, as further arguments.</summary>
    protected virtual Task<IReadOnlyList<string>> MoreAsync() => Task.FromResult<IReadOnlyList<string>>([]);
}
