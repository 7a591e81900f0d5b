using OpenInteractions.Contracts.Errors;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.Tests.OpenAI;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Providers.Tests.Http;

/// <summary>Protocols 6.7: what a caller is told of an upstream's status, and whether it is worth asking again.</summary>
public sealed class ErrorTranslationTests
{
    private static readonly UpstreamError Silent = UpstreamError.Read(default);

    [Theory]
    [InlineData(413, ErrorCode.InvalidRequest, "The request is too large for the model provider.")]
    [InlineData(414, ErrorCode.InvalidRequest, "The request is too large for the model provider.")]
    [InlineData(431, ErrorCode.InvalidRequest, "The request is too large for the model provider.")]
    [InlineData(451, ErrorCode.FailedPrecondition, "The model provider may not serve this request, for legal reasons.")]
    [InlineData(405, ErrorCode.ServiceUnavailable, "The model provider answered with status 405.")]
    [InlineData(406, ErrorCode.ServiceUnavailable, "The model provider answered with status 406.")]
    [InlineData(410, ErrorCode.ServiceUnavailable, "The model provider answered with status 410.")]
    [InlineData(411, ErrorCode.ServiceUnavailable, "The model provider answered with status 411.")]
    [InlineData(415, ErrorCode.ServiceUnavailable, "The model provider answered with status 415.")]
    [InlineData(418, ErrorCode.InvalidRequest, "The model provider answered with status 418.")]
    public async Task A_refusal_that_stays_is_told_as_whose_it_is_and_not_asked_again(int status, ErrorCode code, string message)
    {
        await using var upstream = await OpenAIUpstream.StartAsync();
        upstream.Server.Enqueue(VendorReply.Text(status, "<html>no</html>", "text/html"));

        var failure = await Assert.ThrowsAsync<ApiException>(() => upstream.CallAsync(upstream.Ask("gpt-4.1", "Hi")));

        Assert.Equal((code, message), (failure.Code, failure.Message));
        Assert.Single(upstream.Server.Requests);
    }

    [Fact]
    public void The_words_of_the_upstream_are_passed_on()
    {
        var error = UpstreamError.Read("""{"error":{"message":"This content is not available in your region."}}"""u8.ToArray());

        Assert.Equal("The model provider answered: This content is not available in your region.", ErrorTranslation.FromStatus(451, error, retryAfter: null).Message);
    }

    [Fact]
    public void No_refusal_of_what_a_caller_sent_is_an_error_of_ours()
    {
        // The operator's account, and what P-8 repeats.
        int[] others = [401, 402, 403, 404, 408, 409, 429];
        for (var status = 400; status < 500; status++)
        {
            var failure = ErrorTranslation.FromStatus(status, Silent, retryAfter: null);

            Assert.Equal(status is 401 or 403, failure.Code == ErrorCode.ApiError);
            Assert.Equal(status is 408 or 409 or 429, failure.IsRetryable);
            if (!others.Contains(status))
            {
                Assert.True(ErrorTable.Of(failure.Code).HttpStatus is 400 or 503, $"{status} became {failure.Code}");
            }
        }
    }
}
