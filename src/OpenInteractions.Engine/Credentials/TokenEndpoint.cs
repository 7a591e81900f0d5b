using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OpenInteractions.Contracts.Credentials;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Engine.Credentials;

/// <summary>
/// Fetches access tokens with refresh tokens (RFC 6749, 6), through the guard. What a server of somebody else says is told on only where it is one of the words of the
/// standard: anything else could be a secret that it repeats.
/// </summary>
internal sealed class TokenEndpoint(IHttpClientFactory clients, TimeProvider time)
{
    /// <summary>How long a fetch may last.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private const int LargestAnswer = 64 * 1024;
    private const int LongestToken = 16 * 1024;
    private const string Refused = "invalid_grant";

    private static readonly TimeSpan UnsaidLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private static readonly string[] KnownErrors = ["invalid_request", "invalid_client", Refused, "unauthorized_client", "unsupported_grant_type", "invalid_scope"];

    /// <summary>Fetches one.</summary>
    /// <exception cref="TokenRefusedException">The refresh token is not taken any more.</exception>
    /// <exception cref="ApiException">There is none to be had; the message holds no secret.</exception>
    public async Task<FetchedToken> FetchAsync(string id, OAuth2Spec spec)
    {
        using var late = new CancellationTokenSource(Timeout, time);
        try
        {
            var asked = time.GetUtcNow();
            var answer = await PostAsync(spec, inHeader: false, late.Token);
            if (answer.Status == HttpStatusCode.Unauthorized || answer.Error == "invalid_client")
            {
                // Some servers take a client's secret in the body only, some in the header only, and few say which.
                answer = await PostAsync(spec, inHeader: true, late.Token);
            }

            return Read(id, answer, asked);
        }
        catch (OutboundRefusedException exception)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"The access token of the credential '{id}' cannot be fetched from its 'token_url'. {exception.Message}");
        }
        catch (HttpRequestException)
        {
            throw new ApiException(ErrorCode.ServiceUnavailable, $"The access token of the credential '{id}' cannot be fetched: its 'token_url' cannot be reached, or its answer cannot be read.");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new ApiException(ErrorCode.ServiceUnavailable, $"The access token of the credential '{id}' cannot be fetched: its 'token_url' did not answer within {Timeout.TotalSeconds} seconds.");
        }
    }

    private async Task<Answer> PostAsync(OAuth2Spec spec, bool inHeader, CancellationToken cancellationToken)
    {
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "refresh_token"), new("refresh_token", spec.RefreshToken!) };
        if (spec.Scopes is { Count: > 0 } scopes)
        {
            form.Add(new("scope", string.Join(' ', scopes)));
        }

        if (!inHeader)
        {
            form.Add(new("client_id", spec.ClientId!));
            form.Add(new("client_secret", spec.ClientSecret!));
        }

        using var client = clients.CreateClient(OutboundHttp.ClientName);
        client.Timeout = System.Threading.Timeout.InfiniteTimeSpan;
        client.MaxResponseContentBufferSize = LargestAnswer;
        using var request = new HttpRequestMessage(HttpMethod.Post, spec.TokenUrl) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (inHeader)
        {
            var pair = $"{Uri.EscapeDataString(spec.ClientId!)}:{Uri.EscapeDataString(spec.ClientSecret!)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }

        using var response = await client.SendAsync(request, cancellationToken);
        return Answer.Read(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private static FetchedToken Read(string id, Answer answer, DateTimeOffset asked)
    {
        if (answer.Status != HttpStatusCode.OK)
        {
            var error = KnownErrors.Contains(answer.Error) ? $" ({answer.Error})" : "";
            var said = $"The access token of the credential '{id}' cannot be fetched: its 'token_url' answered {(int)answer.Status}{error}.";
            throw answer.Error == Refused && answer.Status == HttpStatusCode.BadRequest ? new TokenRefusedException($"{said} Give the credential a new 'refresh_token'.")
                : new ApiException((int)answer.Status is >= 500 or 429 ? ErrorCode.ServiceUnavailable : ErrorCode.FailedPrecondition, said);
        }

        if (answer.AccessToken is not { Length: > 0 and <= LongestToken } token || !token.All(c => c is >= ' ' and <= '~'))
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"The 'token_url' of the credential '{id}' answered without an access token that fits into a header.");
        }

        if (answer.TokenType is { } type && !type.Equals("bearer", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"The 'token_url' of the credential '{id}' gives access tokens of a type other than 'Bearer', which this server cannot send.");
        }

        var lifetime = answer.Lifetime ?? UnsaidLifetime;
        var margin = lifetime / 10 < Margin ? lifetime / 10 : Margin;
        return new FetchedToken(new AccessToken(token, asked + lifetime - margin), answer.RefreshToken is { Length: > 0 and <= LongestToken } next ? next : null);
    }

    /// <summary>What a server said, as far as it can be read.</summary>
    private sealed record Answer(HttpStatusCode Status)
    {
        public string? AccessToken { get; private init; }

        public string? RefreshToken { get; private init; }

        public string? TokenType { get; private init; }

        public string? Error { get; private init; }

        public TimeSpan? Lifetime { get; private init; }

        public static Answer Read(HttpStatusCode status, byte[] body)
        {
            try
            {
                using var document = JsonDocument.Parse(body);
                var json = document.RootElement;
                return json.ValueKind != JsonValueKind.Object ? new Answer(status) : new Answer(status)
                {
                    AccessToken = Text(json, "access_token"u8),
                    RefreshToken = Text(json, "refresh_token"u8),
                    TokenType = Text(json, "token_type"u8),
                    Error = Text(json, "error"u8),
                    Lifetime = Seconds(json),
                };
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                return new Answer(status); // no JSON, or text that is none
            }
        }

        public override string ToString() => nameof(Answer);

        private static string? Text(JsonElement json, ReadOnlySpan<byte> name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        /// <summary>Some servers write the number as a text.</summary>
        private static TimeSpan? Seconds(JsonElement json)
        {
            if (!json.TryGetProperty("expires_in"u8, out var value) || value.ValueKind is not (JsonValueKind.Number or JsonValueKind.String))
            {
                return null;
            }

            var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds)
                ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.FromDays(365).TotalSeconds))
                : null;
        }
    }
}

/// <summary>What was fetched.</summary>
/// <param name="Access">The access token.</param>
/// <param name="RefreshToken">What the next one is fetched with, when that is another one now.</param>
internal sealed record FetchedToken(AccessToken Access, string? RefreshToken)
{
    public override string ToString() => nameof(FetchedToken);
}

/// <summary>A refresh token is not taken any more. The message is for the caller.</summary>
internal sealed class TokenRefusedException(string message) : Exception(message);
