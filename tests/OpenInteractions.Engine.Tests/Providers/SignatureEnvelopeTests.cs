using System.Security.Cryptography;
using System.Text;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Providers;

public sealed class SignatureEnvelopeTests
{
    private static readonly byte[] Token = [0, 1, 2, 250, 251, 252];
    private static readonly SignatureScope Scope = new("ada", "openai", "gpt-5");
    private readonly SignatureEnvelope _envelope = new(Key(1));

    [Fact]
    [Rule("TH-4")]
    public void A_token_comes_back_to_its_maker_byte_for_byte()
    {
        var opened = _envelope.Open(_envelope.Seal(Scope, "reasoning", Token), Scope);

        Assert.NotNull(opened);
        Assert.Equal("reasoning", opened.Kind);
        Assert.Equal(Token, opened.Payload.ToArray());
    }

    [Theory]
    [InlineData("ada", "anthropic", "gpt-5")]
    [InlineData("ada", "openai", "gpt-4o")]
    [InlineData("ada", "openai\ngpt-5", "")]
    [InlineData("bob", "openai", "gpt-5")]
    [InlineData("", "openai", "gpt-5")]
    [InlineData("5\nada", "openai", "gpt-")]
    [Rule("TH-4")]
    public void A_token_opens_for_nobody_else(string project, string provider, string family)
    {
        Assert.Null(_envelope.Open(_envelope.Seal(Scope, "reasoning", Token), new SignatureScope(project, provider, family)));
    }

    [Fact]
    public void An_envelope_of_the_version_before_which_no_project_was_bound_to_opens_to_nothing()
    {
        var bytes = Convert.FromBase64String(_envelope.Seal(Scope, "reasoning", Token));
        bytes[0] = 1;

        Assert.Null(_envelope.Open(Convert.ToBase64String(bytes), Scope));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("skip_thought_signature_validator")]
    [InlineData("c2ln")]
    [InlineData("Ag==")]
    [InlineData("not base64 at all")]
    [InlineData("AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [Rule("FN-10")]
    public void What_is_no_envelope_opens_to_nothing(string? signature)
    {
        Assert.Null(_envelope.Open(signature, Scope));
    }

    [Fact]
    public void Another_installations_envelope_opens_to_nothing()
    {
        Assert.Null(new SignatureEnvelope(Key(2)).Open(_envelope.Seal(Scope, "reasoning", Token), Scope));
    }

    [Fact]
    public void An_envelope_that_was_altered_in_any_byte_or_cut_opens_to_nothing()
    {
        var bytes = Convert.FromBase64String(_envelope.Seal(Scope, "reasoning", Token));
        for (var i = 0; i < bytes.Length; i++)
        {
            var altered = bytes.ToArray();
            altered[i] ^= 1;
            Assert.Null(_envelope.Open(Convert.ToBase64String(altered), Scope));
            Assert.Null(_envelope.Open(Convert.ToBase64String(bytes[..i]), Scope));
        }
    }

    [Fact]
    public void The_same_token_gives_the_same_text_and_another_gives_another()
    {
        Assert.Equal(_envelope.Seal(Scope, "k", Token), new SignatureEnvelope(Key(1)).Seal(Scope, "k", Token));
        Assert.NotEqual(_envelope.Seal(Scope, "k", Token), _envelope.Seal(Scope, "k", [.. Token, 0]));
        Assert.NotEqual(_envelope.Seal(Scope, "k", Token), _envelope.Seal(Scope, "l", Token));
    }

    [Fact]
    public void An_envelope_is_compact_and_shows_nothing_of_its_content()
    {
        var secret = Encoding.UTF8.GetBytes(new string('s', 300));
        var text = _envelope.Seal(Scope, "reasoning", secret);

        Assert.True(Convert.FromBase64String(text).Length <= secret.Length + 40);
        Assert.DoesNotContain("ssss", Encoding.Latin1.GetString(Convert.FromBase64String(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_token_and_an_empty_kind_are_sealed_as_well()
    {
        var opened = _envelope.Open(_envelope.Seal(Scope, "", []), Scope);

        Assert.Equal(("", 0), (opened!.Kind, opened.Payload.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_of_another_length_is_refused(int length)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SignatureEnvelope(RandomNumberGenerator.GetBytes(length)));
    }

    private static byte[] Key(byte seed) => [.. Enumerable.Range(0, SignatureEnvelope.KeySize).Select(i => (byte)(i + seed))];
}
