using OpenInteractions.Sandboxes.Tests.Attacks;
using OpenInteractions.Sandboxes.Tests.Engine;

namespace OpenInteractions.Sandboxes.Tests.Doors;

/// <summary>The doors of sandboxes of a server that is root.</summary>
public sealed class RootDoorTests(RootDoors doors) : IClassFixture<RootDoors>
{
    public static TheoryData<string> Names => [.. DoorRun.All.Select(c => c.Name)];

    [RootTheory]
    [MemberData(nameof(Names))]
    public void Promise(string check) => Assert.Equal("holds", doors.Results.GetValueOrDefault(check, $"It was not tried. {doors.Errors}"));
}

/// <summary>The doors of sandboxes of a server without privileges.</summary>
public sealed class UserDoorTests(UserDoors doors) : IClassFixture<UserDoors>
{
    public static TheoryData<string> Names => RootDoorTests.Names;

    [UserTheory]
    [MemberData(nameof(Names))]
    public void Promise(string check) => Assert.Equal("holds", doors.Results.GetValueOrDefault(check, $"It was not tried. {doors.Errors}"));
}

/// <summary>What a server that is root saw, once.</summary>
public sealed class RootDoors() : AttackResults(Obstacle.ForRoot, asUser: false, "doors");

/// <summary>What a server without privileges saw, once.</summary>
public sealed class UserDoors() : AttackResults(Obstacle.ForUser, asUser: true, "doors");

/// <summary>The doors of sandboxes that a runtime of the OCI has made.</summary>
public sealed class OciDoorTests(OciDoors doors) : IClassFixture<OciDoors>
{
    public static TheoryData<string> Names => RootDoorTests.Names;

    [OciTheory]
    [MemberData(nameof(Names))]
    public void Promise(string check) => Assert.Equal("holds", doors.Results.GetValueOrDefault(check, $"It was not tried. {doors.Errors}"));
}

/// <summary>What a server saw that makes sandboxes with one, once.</summary>
public sealed class OciDoors() : AttackResults(Obstacle.ForOciWhole, asUser: false, "doors", Obstacle.Runtime);
