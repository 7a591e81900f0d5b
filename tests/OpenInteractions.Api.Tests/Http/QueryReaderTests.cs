using Microsoft.AspNetCore.Http;
using OpenInteractions.Api.Http;
using OpenInteractions.Contracts.Errors;

namespace OpenInteractions.Api.Tests.Http;

public sealed class QueryReaderTests
{
    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("TRUE", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("FALSE", false)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void A_flag_is_read_as_clients_of_any_language_write_it(string text, bool expected) =>
        Assert.Equal(expected, Query(text).ReadFlag("stream"));

    [Theory]
    [InlineData("yes")]
    [InlineData("2")]
    public void Anything_else_is_refused_by_name(string text)
    {
        var refusal = Assert.Throws<ApiException>(() => Query(text).ReadFlag("stream"));

        Assert.Equal((ErrorCode.InvalidRequest, "stream"), (refusal.Code, refusal.Field));
    }

    private static QueryCollection Query(string text) => new(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues> { ["stream"] = text });
}
