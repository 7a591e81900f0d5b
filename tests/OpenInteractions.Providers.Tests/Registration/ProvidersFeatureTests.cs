using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Providers.Tests.Demo;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Anthropic;
using OpenInteractions.Testing.Vendors.Gemini;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Providers.Tests.Registration;

public sealed class ProvidersFeatureTests
{
    [Fact]
    public void Without_any_key_there_are_ollama_and_the_demo_model()
    {
        Assert.Equal(["ollama", "demo"], Names([]));
    }

    [Fact]
    public void Keys_of_vendors_and_configured_endpoints_make_providers()
    {
        Assert.Equal(
            ["gemini", "openai", "anthropic", "litellm", "vllm", "ollama", "demo"],
            Names(new()
            {
                ["GOOGLE_API_KEY"] = "k", ["OPENAI_API_KEY"] = "k", ["ANTHROPIC_API_KEY"] = "k",
                ["OpenInteractions:Providers:Endpoints:vllm:BaseUrl"] = "http://127.0.0.1:8000/v1",
                ["OpenInteractions:Providers:Endpoints:litellm:BaseUrl"] = "http://127.0.0.1:4000",
                ["OpenInteractions:Providers:Endpoints:litellm:ApiKey"] = "k",
                ["OpenInteractions:Providers:Endpoints:litellm:Wire"] = "responses",
            }));
    }

    [Fact]
    public void A_base_url_without_a_key_makes_no_provider()
    {
        Assert.Equal(["ollama", "demo"], Names(new() { ["OPENAI_BASE_URL"] = "http://127.0.0.1:1/v1", ["GOOGLE_GEMINI_BASE_URL"] = "http://127.0.0.1:1", ["ANTHROPIC_API_KEY"] = " " }));
    }

    [Fact]
    public void Ollama_and_the_demo_model_can_be_switched_off()
    {
        Assert.Empty(Names(new() { ["OpenInteractions:Providers:Ollama"] = "false", ["OpenInteractions:Providers:Demo"] = "false" }));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_the_start_by_its_setting()
    {
        using var host = Host(new()
        {
            ["OPENAI_API_KEY"] = "k", ["OPENAI_BASE_URL"] = "ftp://somewhere",
            ["ANTHROPIC_API_KEY"] = "k", ["ANTHROPIC_BASE_URL"] = "http://user:password@127.0.0.1",
            ["OLLAMA_HOST"] = "http://[",
            ["OpenInteractions:Providers:IdleTimeout"] = "00:00:00",
            ["OpenInteractions:Models:DefaultProvider"] = "nobody",
            ["OpenInteractions:Providers:Endpoints:Upper:BaseUrl"] = "http://127.0.0.1",
            ["OpenInteractions:Providers:Endpoints:openai:BaseUrl"] = "http://127.0.0.1",
            ["OpenInteractions:Providers:Endpoints:empty:Wire"] = "grpc",
        });

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            [
                "ANTHROPIC_BASE_URL", "OLLAMA_HOST", "OPENAI_BASE_URL", "OpenInteractions:Models:DefaultProvider", "OpenInteractions:Providers:Endpoints:Upper", "OpenInteractions:Providers:Endpoints:empty:BaseUrl",
                "OpenInteractions:Providers:Endpoints:empty:Wire", "OpenInteractions:Providers:Endpoints:openai", "OpenInteractions:Providers:IdleTimeout",
            ],
            refusal.Failures.Select(f => f.Split(": ")[0]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("password", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aliases_and_the_default_provider_are_checked_at_the_start()
    {
        using var host = Host(new() { ["OpenInteractions:Models:Aliases:fast"] = "nobody/model", ["OpenInteractions:Models:DefaultProvider"] = "nobody" });

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["OpenInteractions:Models:Aliases:fast", "OpenInteractions:Models:DefaultProvider"], refusal.Failures.Select(f => f.Split(": ")[0]));
    }

    [Theory]
    [InlineData(null, "/v1beta/interactions")]
    [InlineData("auto", "/v1beta/interactions")]
    [InlineData("interactions", "/v1beta/interactions")]
    [InlineData("generateContent", "/v1beta/models/gemini-3.8-flash:streamGenerateContent")]
    public async Task The_wire_to_gemini_can_be_chosen(string? wire, string path)
    {
        await using var server = await VendorServer.StartAsync(new FakeGemini());
        using var host = Host(new()
        {
            ["GEMINI_API_KEY"] = FakeGemini.Key, ["GOOGLE_GEMINI_BASE_URL"] = server.Address.AbsoluteUri,
            ["OpenInteractions:Providers:GeminiWire"] = wire, ["OpenInteractions:Providers:Ollama"] = "false",
        });
        await host.StartAsync();
        var provider = host.Services.GetServices<IModelProvider>().Single(p => p.Name == "gemini");
        var given = new HistoryStep(new UserInputStep { Content = [new TextContent { Text = "Hello" }] });

        await foreach (var _ in provider.StreamAsync(
            new ModelRequest { Model = provider.Describe("gemini-3.8-flash"), History = [new HistoryTurn([given], isSettled: false)], Config = new GenerationConfig(), Project = "default", InteractionId = "int_test" }, default))
        {
            // only where it goes to is looked at
        }

        Assert.Equal([path], server.Requests.Select(r => r.Path));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("1")]
    public async Task A_wire_that_gemini_does_not_have_is_told_at_the_start(string wire)
    {
        using var host = Host(new() { ["OpenInteractions:Providers:GeminiWire"] = wire });

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["OpenInteractions:Providers:GeminiWire: must be one of auto, interactions, generateContent."], refusal.Failures);
    }

    [Fact]
    public async Task An_ollama_that_is_off_has_no_models_and_hurts_nobody()
    {
        using var host = Host(new() { ["OLLAMA_HOST"] = "127.0.0.1:1" });

        var listed = await host.Services.GetRequiredService<ModelCatalog>().ListAsync(default);

        Assert.Equal(["demo"], listed.Select(m => m.PublicId));
    }

    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/v1/")]
    [InlineData("", "http://127.0.0.1:11434/v1/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/v1/")]
    [InlineData("0.0.0.0:8000", "http://127.0.0.1:8000/v1/")]
    [InlineData(":8000", "http://127.0.0.1:8000/v1/")]
    [InlineData("gpu-box", "http://gpu-box:11434/v1/")]
    [InlineData("gpu-box:80", "http://gpu-box:80/v1/")]
    [InlineData("https://ollama.example.com", "https://ollama.example.com/v1/")]
    [InlineData("http://gpu-box:11434/", "http://gpu-box:11434/v1/")]
    [InlineData("https://example.com/ollama", "https://example.com/ollama/v1/")]
    [InlineData("[::1]", "http://[::1]:11434/v1/")]
    [InlineData("[::]:1234", "http://127.0.0.1:1234/v1/")]
    public void Ollamas_host_is_read_as_its_own_client_does(string? host, string address)
    {
        Assert.Equal(new Uri(address), OllamaAddress.Parse(host));
    }

    [Theory]
    [InlineData("http://")]
    [InlineData("ftp://x")]
    [InlineData("a b")]
    [InlineData("user@host")]
    public void What_is_no_host_is_not_read_as_one(string host)
    {
        Assert.Null(OllamaAddress.Parse(host));
    }

    [Fact]
    public async Task One_conversation_goes_through_four_kinds_of_model()
    {
        var gemini = new FakeGemini();
        var openai = new OpenAIVendor();
        var anthropic = new AnthropicVendor { Key = "sk-ant-test" };
        var local = new OpenAIVendor { Key = null, HasResponses = false, AcceptsAnyModel = true, Models = ["llama3"] };
        await using var geminiServer = await VendorServer.StartAsync(gemini);
        await using var openaiServer = await VendorServer.StartAsync(openai);
        await using var anthropicServer = await VendorServer.StartAsync(anthropic);
        await using var localServer = await VendorServer.StartAsync(local);
        using var host = Host(new()
        {
            ["GEMINI_API_KEY"] = FakeGemini.Key, ["GOOGLE_GEMINI_BASE_URL"] = geminiServer.Address.AbsoluteUri,
            ["OPENAI_API_KEY"] = openai.Key, ["OPENAI_BASE_URL"] = new Uri(openaiServer.Address, "v1").AbsoluteUri,
            ["ANTHROPIC_API_KEY"] = anthropic.Key, ["ANTHROPIC_BASE_URL"] = anthropicServer.Address.AbsoluteUri,
            ["OpenInteractions:Providers:Endpoints:local:BaseUrl"] = new Uri(localServer.Address, "v1").AbsoluteUri,
            ["OpenInteractions:Providers:Endpoints:local:Wire"] = "chat",
            ["OpenInteractions:Providers:Ollama"] = "false",
        });
        await host.StartAsync();
        var catalog = host.Services.GetRequiredService<ModelCatalog>();
        var listed = (await catalog.ListAsync(default)).GroupBy(m => m.Model.Provider).ToDictionary(g => g.Key, g => g.First().PublicId);
        var turns = new List<HistoryTurn>();

        await TurnAsync(listed["gemini"], "My name is Ada.");
        await TurnAsync(listed["openai"], "Hello.");
        await TurnAsync(listed["anthropic"], "Hello again.");
        await TurnAsync(listed["local"], "And again.");

        Assert.Contains("Your name is Ada.", await TurnAsync("demo", "What is my name?"), StringComparison.Ordinal);
        Assert.Equal((0, 0, 0, 0), (geminiServer.Refusals.Count, openaiServer.Refusals.Count, anthropicServer.Refusals.Count, localServer.Refusals.Count));

        async Task<string> TurnAsync(string id, string text)
        {
            var model = await catalog.ResolveAsync(id, default);
            var given = new HistoryStep(new UserInputStep { Content = [new TextContent { Text = text }] });
            var request = new ModelRequest { Model = model.Model, History = [.. turns, new HistoryTurn([given], isSettled: false)], Config = new GenerationConfig(), Project = "default", InteractionId = "v1_test" };
            var said = "";
            await foreach (var happens in model.Provider.StreamAsync(request, default))
            {
                said += happens is StepPiece { Delta: TextDelta delta } ? delta.Text : "";
            }

            turns.Add(new HistoryTurn([given, new HistoryStep(new ModelOutputStep { Content = [new TextContent { Text = said }] })], isSettled: true));
            return said;
        }
    }

    private static IEnumerable<string> Names(Dictionary<string, string?> settings)
    {
        using var host = Host(settings);
        return [.. host.Services.GetServices<IModelProvider>().Select(p => p.Name)];
    }

    private static IHost Host(Dictionary<string, string?> settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton<ISignatureEnvelope>(DemoChat.Envelope);
        builder.Services.AddModelProviders(builder.Configuration);
        return builder.Build();
    }
}
