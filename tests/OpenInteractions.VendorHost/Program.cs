using System.Text.Json.Nodes;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Anthropic;
using OpenInteractions.Testing.Vendors.Gemini;
using OpenInteractions.Testing.Vendors.OpenAI;

// Prints one line of JSON with the address and key of each vendor, serves until its input ends, and then prints what the vendors refused:
// a request that a real service would not have taken is a fault of the server under test, also when the test's own eyes saw nothing.
const string AnthropicKey = "sk-ant-test-0123456789abcdef";
var openAI = new OpenAIVendor();
await using var openAIServer = await VendorServer.StartAsync(openAI);
await using var anthropicServer = await VendorServer.StartAsync(new AnthropicVendor { Key = AnthropicKey });
await using var geminiServer = await VendorServer.StartAsync(new FakeGemini());

Console.WriteLine(new JsonObject
{
    ["openai"] = Describe(openAIServer, "v1", openAI.Key!),
    ["anthropic"] = Describe(anthropicServer, "", AnthropicKey),
    ["gemini"] = Describe(geminiServer, "", FakeGemini.Key),
}.ToJsonString());

while (await Console.In.ReadLineAsync() is not null)
{
    // Nothing is asked of us; the end of the input is the sign to stop, so that no host outlives its test.
}

Console.WriteLine(new JsonArray([.. Refusals(openAIServer), .. Refusals(anthropicServer), .. Refusals(geminiServer)]).ToJsonString());

static JsonObject Describe(VendorServer server, string path, string key) => new()
{
    ["url"] = new Uri(server.Address, path).ToString().TrimEnd('/'),
    ["key"] = key,
};

static IEnumerable<JsonNode> Refusals(VendorServer server) => server.Refusals.Select(refusal => new JsonObject
{
    ["request"] = $"{refusal.Request.Method} {refusal.Request.Path}",
    ["sent"] = refusal.Request.Text,
    ["status"] = refusal.Reply.Status,
    ["answer"] = System.Text.Encoding.UTF8.GetString(refusal.Reply.Body),
});
