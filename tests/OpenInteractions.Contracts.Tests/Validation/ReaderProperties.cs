using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Contract;

namespace OpenInteractions.Contracts.Tests.Validation;

/// <summary>What holds for every body, valid or not.</summary>
public sealed class ReaderProperties
{
    private static readonly byte[] Structural = [.. "{}[],:\"\\0123456789.-+eEtrufalsn \n\0"u8, 0x80, 0xC0, 0xED, 0xF4, 0xFF];

    [Fact]
    public void A_body_made_from_the_contract_is_accepted_and_stable() => Hold(500, Bodies(normal: false), body =>
    {
        var first = Write(RequestBody.ReadCreateInteraction(body));
        var second = Write(RequestBody.ReadCreateInteraction(first));

        Assert.Equal(Encoding.UTF8.GetString(first), Encoding.UTF8.GetString(second));
    });

    [Fact]
    public void A_body_in_normal_form_is_written_as_it_was_read() => Hold(500, Bodies(normal: true), body =>
    {
        var written = Write(RequestBody.ReadCreateInteraction(body));

        using var expected = JsonDocument.Parse(body);
        using var actual = JsonDocument.Parse(written);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement), $"{Encoding.UTF8.GetString(body)}\nwas written as\n{Encoding.UTF8.GetString(written)}");
    });

    [Fact]
    public void Changed_bytes_are_read_or_refused_and_never_throw_anything_else() => Hold(3000, Bodies(normal: false).SelectMany(Changed), ReadOrRefused);

    [Fact]
    public void Any_bytes_are_read_or_refused_and_never_throw_anything_else() => Hold(1000, Gen.ArrayOf(Gen.Elements(Structural)), ReadOrRefused);

    private static void ReadOrRefused(byte[] body)
    {
        try
        {
            RequestBody.ReadCreateInteraction(body);
        }
        catch (ApiException refused)
        {
            Assert.Equal(400, ErrorTable.Of(refused.Code).HttpStatus);
        }
    }

    private static Gen<byte[]> Bodies(bool normal) =>
        Gen.Choose(0, int.MaxValue - 1).Select(seed => Encoding.UTF8.GetBytes(new RandomBody(seed, normal).Make().ToJsonString()));

    /// <summary>One to eight changes: a byte replaced, removed, put in, or a piece repeated.</summary>
    private static Gen<byte[]> Changed(byte[] body) =>
        from changes in Gen.ListOf(
            from kind in Gen.Choose(0, 3)
            from at in Gen.Choose(0, 1_000_000)
            from value in Gen.OneOf(Gen.Elements(Structural), Gen.Choose(0, 255).Select(v => (byte)v))
            select (kind, at, value), 8)
        from count in Gen.Choose(1, 8)
        select changes.Take(count).Aggregate(body, (bytes, c) => Change(bytes, c.kind, c.at % (bytes.Length + 1), c.value));

    private static byte[] Change(byte[] body, int kind, int at, byte value) => kind switch
    {
        0 => [.. body[..at], value, .. body[Math.Min(at + 1, body.Length)..]],
        1 => [.. body[..at], .. body[Math.Min(at + 1, body.Length)..]],
        2 => [.. body[..at], value, .. body[at..]],
        _ => [.. body[..at], .. body[Math.Max(0, at - value)..]],
    };

    private static byte[] Write(CreateInteractionRequest request) => JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Wire.CreateInteractionRequest);

    private static void Hold(int times, Gen<byte[]> bodies, Action<byte[]> property) =>
        Prop.ForAll(bodies.ToArbitrary(), body => property(body)).Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(PropertySeed.Seed, PropertySeed.Gamma));
}
