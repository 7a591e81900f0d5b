using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Anthropic;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;
using OpenInteractions.Providers.Tests.Demo;

namespace OpenInteractions.Providers.Tests.Http;

/// <summary>Every wire sends its body from the buffer in which it was written, with its length told before.</summary>
public sealed class SentFromPoolTests : IDisposable
{
    private static readonly UpstreamOptions Once = new() { MaxRetries = 0 };

    private readonly Recorder _recorder = new();

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    [InlineData("messages")]
    [InlineData("interactions")]
    [InlineData("generateContent")]
    public async Task A_body_is_sent_from_the_buffer_it_was_written_to(string wire)
    {
        var provider = Provider(wire);
        var request = new ModelRequest
        {
            Model = provider.Describe("some-model"),
            History = [new HistoryTurn([new(new UserInputStep { Content = [new TextContent { Text = "Hi" }] })], isSettled: false)],
            Config = new(),
            Project = "default",
            InteractionId = "int_1",
        };

        await Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var _ in provider.StreamAsync(request, CancellationToken.None))
            {
            }
        });

        Assert.IsType<ScratchContent>(_recorder.Content);
        Assert.Equal(("application/json", (long?)_recorder.Body!.Length), (_recorder.Type, _recorder.Length));
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(_recorder.Body).ValueKind);
    }

    public void Dispose() => _recorder.Dispose();

    private IModelProvider Provider(string wire) => wire switch
    {
        "messages" => new AnthropicProvider(new AnthropicOptions { ApiKey = "key" }, Once, _recorder, DemoChat.Envelope, TimeProvider.System, NullLogger<AnthropicProvider>.Instance),
        "interactions" => Gemini(GeminiWire.Interactions),
        "generateContent" => Gemini(GeminiWire.GenerateContent),
        _ => new OpenAIProvider(
            new OpenAIProviderOptions { Wire = wire == "chat" ? OpenAIWire.Chat : OpenAIWire.Responses, ApiKey = "key" },
            Once, _recorder, DemoChat.Envelope, TimeProvider.System, NullLogger<OpenAIProvider>.Instance),
    };

    private GeminiProvider Gemini(GeminiWire wire) =>
        new(new GeminiOptions { ApiKey = "key", Wire = wire }, Once, _recorder, DemoChat.Envelope, TimeProvider.System, NullLogger<GeminiProvider>.Instance);

    /// <summary>Reads a request and refuses it.</summary>
    private sealed class Recorder : HttpMessageHandler, IHttpMessageHandlerFactory
    {
        public HttpContent? Content { get; private set; }

        public byte[]? Body { get; private set; }

        public string? Type { get; private set; }

        public long? Length { get; private set; }

        public HttpMessageHandler CreateHandler(string name) => this;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Content = request.Content;
            (Type, Length) = (Content!.Headers.ContentType?.ToString(), Content.Headers.ContentLength);
            Body = await Content.ReadAsByteArrayAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.Forbidden);
        }
    }
}
