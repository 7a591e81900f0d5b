using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Api.Tests.Interactions;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.BadInput;

/// <summary>A server with two projects and an interaction in every state that a create can trip over.</summary>
public sealed class SemanticServer : IAsyncLifetime
{
    private readonly Dictionary<string, string> _ids = [];
    private readonly Gate _gate = new();
    private VendorServer? _vendor;
    private TestServer? _server;

    public InteractionsClient Client { get; private set; } = null!;

    /// <summary>A body with the ids of what is stored.</summary>
    public string Fill(string body) => _ids.Aggregate(body, (text, id) => text.Replace("$" + id.Key, id.Value, StringComparison.Ordinal));

    /// <summary>Everything that is stored, as the caller sees it.</summary>
    public async Task<string> ListAsync() => (await Client.ListAsync("?page_size=1000")).Ok().Text;

    public async Task InitializeAsync()
    {
        _vendor = await VendorServer.StartAsync(new OpenAIVendor { Key = null, HasResponses = false, AcceptsAnyModel = true });
        _server = await TestServer.StartWithKeysAsync(
            [("first", "key-of-the-first-project"), ("second", "key-of-the-second-project")],
            [
                ("OpenInteractions:Providers:Endpoints:local:BaseUrl", new Uri(_vendor.Address, "v1").ToString()),
                ("OpenInteractions:Providers:Endpoints:local:Wire", "chat"),
            ]);
        using var first = _server.Client.WithKey("key-of-the-first-project");
        Client = _server.Client.WithKey("key-of-the-second-project");
        _ids["FOREIGN"] = (await first.CreateAsync("""{"model":"demo","input":"echo: mine"}""")).Ok().Id;
        await FillAsync();
    }

    public async Task DisposeAsync()
    {
        _gate.Open();
        Client?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await _vendor!.DisposeAsync();
    }

    private async Task FillAsync()
    {
        var asked = (await Client.CreateAsync(Functions.Ask("get_weather for Paris and get_time"))).Ok();
        var calls = Functions.Calls(asked);
        (_ids["ASKED"], _ids["CALL"]) = (asked.Id, calls[0].GetProperty("id").GetString()!);
        _ids["ANSWERED"] = (await Client.CreateAsync(Functions.Results(asked, calls.Select(c => Functions.ResultStep(c, "\"x\""))))).Ok().Id;
        _ids["DONE"] = (await Client.CreateAsync("""{"model":"demo","input":"echo: done"}""")).Ok().Id;
        _ids["UNSTORED"] = (await Client.CreateAsync("""{"model":"demo","input":"echo: done","store":false}""")).Ok().Id;
        var deleted = (await Client.CreateAsync("""{"model":"demo","input":"echo: gone"}""")).Ok();
        _ids["ORPHAN"] = (await Client.CreateAsync($$"""{"model":"demo","input":"echo: child","previous_interaction_id":"{{deleted.Id}}"}""")).Ok().Id;
        (await Client.DeleteAsync(deleted.Id)).Ok();
        _ids["DELETED"] = deleted.Id;

        _vendor!.Enqueue(VendorReply.Json(400, """{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}"""));
        var failed = (await Client.CreateAsync("""{"model":"local/any","input":"hi","background":true}""")).Ok();
        await Client.EndOfAsync(failed.Id);
        _ids["FAILED"] = failed.Id;

        var held = new Gate();
        _vendor.Enqueue(VendorReply.Events(ChatFrames.Answer("x")).HangAfterParts(0, held));
        var cancelled = (await Client.CreateAsync("""{"model":"local/any","input":"hi","background":true}""")).Ok();
        await held.Reached;
        (await Client.CancelAsync(cancelled.Id)).Ok();
        _ids["CANCELLED"] = cancelled.Id;

        _vendor.Enqueue(VendorReply.Events(ChatFrames.Answer("x")).HangAfterParts(0, _gate));
        _ids["RUNNING"] = (await Client.CreateAsync("""{"model":"local/any","input":"hi","background":true}""")).Ok().Id;
        await _gate.Reached;
    }
}
