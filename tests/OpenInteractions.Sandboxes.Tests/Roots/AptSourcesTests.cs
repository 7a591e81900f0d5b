using OpenInteractions.Sandboxes.Roots;

namespace OpenInteractions.Sandboxes.Tests.Roots;

/// <summary>Where packages come from.</summary>
public sealed class AptSourcesTests
{
    [Fact]
    public void The_distributions_own_mirrors_are_taken_and_those_who_publish_beside_it_are_not()
    {
        const string Targets = """
            http://mirror/debian/|bookworm|main|Debian
            http://mirror/debian/|bookworm|contrib|Debian
            http://mirror/debian/|bookworm-updates|main|Debian
            http://mirror/debian-security/|bookworm-security|main|Debian
            http://mirror/debian/|trixie|main|Debian
            https://nodes/node_20.x|bookworm|main|. nodistro
            https://clouds/apt|cloud-sdk-bookworm|main|cloud-sdk-bookworm
            """;

        Assert.Equal(
            ["deb http://mirror/debian/ bookworm main", "deb http://mirror/debian/ bookworm-updates main", "deb http://mirror/debian-security/ bookworm-security main"],
            AptSources.Lines(Targets, "bookworm"));
        Assert.Equal(["deb http://mirror/ubuntu noble main universe"], AptSources.Lines("http://mirror/ubuntu|noble|universe|Ubuntu\nhttp://mirror/ubuntu|noble|main|Ubuntu", "noble"));
    }

    [Theory]
    [InlineData("deb http://user:word@mirror/debian x main", "deb http://mirror/debian x main")]
    [InlineData("https://token@mirror/a@b", "https://mirror/a@b")]
    [InlineData("http://mirror/debian", "http://mirror/debian")]
    public void Passwords_of_mirrors_are_not_repeated(string source, string said) => Assert.Equal(said, AptSources.WithoutPassword(source));
}
