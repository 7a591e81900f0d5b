using System.Net;

namespace OpenInteractions.Bench.Load;

/// <summary><c>load</c>: one kind of load against any URL, for looking at a single thing.</summary>
internal static class LoadCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options.Parse(
            args, ["--url", "--wire", "--kind", "--model", "--clients", "--seconds", "--tokens", "--rate", "--store", "--pid"], []);
        var url = options.Url("--url");
        if (!IPAddress.TryParse(url.Host, out var host))
        {
            throw new UsageException("--url must name an IP address, such as http://127.0.0.1:8080.");
        }

        var wire = options.Required("--wire") switch
        {
            "chat" => Wire.Chat,
            "interactions" => Wire.Interactions,
            _ => throw new UsageException("--wire is chat or interactions."),
        };
        var target = new Target(url.Authority, new IPEndPoint(host, url.Port), wire, options.Has("--pid") ? options.Number("--pid", 0) : null);
        var clients = options.Number("--clients", 16);
        switch (options.Text("--kind") ?? "unary")
        {
            case "unary":
                bool? store = options.Text("--store") is { } text ? text == "true" : null;
                var request = HttpRequests.Call(wire, options.Text("--model") ?? HttpRequests.ShortModel, stream: false, store: store);
                var unary = await UnaryLoad.RunAsync(
                    target, request, clients, TimeSpan.FromSeconds(options.Number("--seconds", 5)), CancellationToken.None);
                Console.WriteLine(unary);
                return unary.Errors == 0 ? 0 : 1;
            case "stream":
                var stream = await StreamLoad.RunAsync(
                    target, clients, options.Number("--rate", 50), options.Number("--tokens", 250), CancellationToken.None);
                Console.WriteLine(stream);
                return stream.Errors == 0 ? 0 : 1;
            default:
                throw new UsageException("--kind is unary or stream.");
        }
    }
}
