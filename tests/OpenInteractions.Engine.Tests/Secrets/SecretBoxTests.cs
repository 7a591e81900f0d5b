using System.Text;
using OpenInteractions.Engine.Secrets;

namespace OpenInteractions.Engine.Tests.Secrets;

/// <summary>Secrets at rest (design 8).</summary>
public sealed class SecretBoxTests
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("a token of a caller");

    private readonly SecretBox _box = new(() => [.. Enumerable.Repeat((byte)7, SecretBox.KeySize)]);

    [Fact]
    public void What_was_sealed_opens_for_its_purpose_and_is_not_to_be_read()
    {
        var kept = _box.Seal("credential/p/c", Secret);

        Assert.Equal(Secret, _box.Open("credential/p/c", kept));
        Assert.Equal(-1, kept.AsSpan().IndexOf(Secret.AsSpan(0, 4)));
        Assert.NotEqual((byte)'{', kept[0]);
        Assert.NotEqual(kept, _box.Seal("credential/p/c", Secret)); // who reads the rows does not see which are alike
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(40)]
    public void What_was_altered_opens_to_nothing(int at)
    {
        var kept = _box.Seal("credential/p/c", Secret);
        kept[at] ^= 1;

        Assert.Throws<SecretLostException>(() => _box.Open("credential/p/c", kept));
    }

    [Fact]
    public void What_is_of_another_purpose_or_another_key_or_too_short_opens_to_nothing()
    {
        var kept = _box.Seal("credential/p/c", Secret);

        Assert.Throws<SecretLostException>(() => _box.Open("credential/q/c", kept));
        Assert.Throws<SecretLostException>(() => new SecretBox(() => new byte[SecretBox.KeySize]).Open("credential/p/c", kept));
        Assert.Throws<SecretLostException>(() => _box.Open("credential/p/c", kept.AsSpan(0, 12)));
        Assert.Throws<SecretLostException>(() => _box.Open("credential/p/c", []));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", false)]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", true)]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", true)]
    [InlineData("no base64", true)]
    public void A_key_is_32_bytes_as_base64(string? key, bool isWrong)
    {
        var problems = new SecretOptions { Key = key }.Problems().ToList();

        Assert.Equal(isWrong ? ["OpenInteractions:Secrets:Key: must be 32 random bytes as base64, such as 'openssl rand -base64 32' prints."] : [], problems);
    }
}
