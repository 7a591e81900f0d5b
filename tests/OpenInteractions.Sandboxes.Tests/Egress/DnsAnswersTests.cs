using System.Net;
using System.Text;
using OpenInteractions.Sandboxes.Egress;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>Names inside a sandbox.</summary>
public sealed class DnsAnswersTests
{
    private const int A = 1;
    private const int Aaaa = 28;

    private readonly NameTable _names = new(3);

    [Fact]
    public void An_allowed_name_has_an_address_that_stays_and_leads_back()
    {
        var first = Address(Ask(Query("Example.COM", A))!);

        Assert.Equal(first, Address(Ask(Query("example.com", A))!));
        Assert.NotEqual(first, Address(Ask(Query("other.com", A))!));
        Assert.True(IPNetwork.Parse("198.18.0.0/15").Contains(first));
        Assert.Equal("example.com", _names.NameOf(first));
        Assert.Null(_names.NameOf(IPAddress.Parse("198.18.200.1")));
        Assert.Null(_names.NameOf(IPAddress.Parse("10.0.0.1")));
    }

    [Fact]
    public void The_question_comes_back_as_it_was_asked()
    {
        var query = Query("eXaMple.com", A);
        var answer = Ask(query)!;

        Assert.Equal(query[12..], answer[12..query.Length]);
        Assert.Equal((0x12, 0x34, 0x81, 0x80), (answer[0], answer[1], answer[2], answer[3]));
    }

    [Theory]
    [InlineData("example.com", Aaaa, 0)]
    [InlineData("denied.com", A, 3)]
    [InlineData("denied.com", Aaaa, 3)]
    [InlineData("example.com", 16, 3)]
    [InlineData("1.0.18.198.in-addr.arpa", 12, 3)]
    [InlineData("127.0.0.1", A, 3)]
    public void Everything_else_has_no_answer_in_it(string name, int type, int code)
    {
        var answer = Ask(Query(name, type))!;

        Assert.Equal((code, 0), (answer[3] & 15, answer[7]));
    }

    [Fact]
    public void A_full_table_gives_no_more_names_and_keeps_those_it_gave()
    {
        var first = Address(Ask(Query("a.com", A))!);
        foreach (var name in new[] { "b.com", "c.com", "d.com", "e.com" })
        {
            Ask(Query(name, A));
        }

        Assert.Equal(3, Ask(Query("e.com", A))![3] & 15);
        Assert.Equal(first, Address(Ask(Query("a.com", A))!));
    }

    [Fact]
    public void What_is_no_question_gets_no_answer()
    {
        var good = Query("example.com", A);
        var pointer = Query("example.com", A);
        pointer[12] = 0xc0;
        var answer = Query("example.com", A);
        answer[2] |= 0x80;
        var two = Query("example.com", A);
        two[5] = 2;
        byte[][] bad = [[], [1, 2, 3], pointer, answer, two, [.. good, 0], good[..^1], new byte[600], [.. good[..12], .. Enumerable.Repeat((byte)63, 200)]];

        Assert.All(bad, b => Assert.Null(Ask(b)));
        Assert.All(Enumerable.Range(0, good.Length), n => Assert.Null(Ask(good[..n])));
    }

    [Fact]
    public void An_asker_that_knows_EDNS_is_answered()
    {
        byte[] query = [.. Query("example.com", A), 0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0];
        query[11] = 1;

        Assert.NotNull(Address(Ask(query)!));
    }

    internal static byte[] Query(string name, int type) =>
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name.Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]), 0, 0, (byte)type, 0, 1];

    internal static IPAddress Address(byte[] answer)
    {
        Assert.Equal((0, 1), (answer[3] & 15, answer[7]));
        return new IPAddress(answer[^4..]);
    }

    private byte[]? Ask(byte[] query) => DnsAnswers.Answer(query, h => h.Name.StartsWith("denied", StringComparison.Ordinal) ? null : _names.AddressOf(h.Name));
}
