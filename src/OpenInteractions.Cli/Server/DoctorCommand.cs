using System.Text;

namespace OpenInteractions.Cli.Server;

/// <summary><c>oi doctor</c>: what works on a running server, what does not, and what to do about it. The server looks for itself: what holds for a terminal need not hold for it.</summary>
internal static class DoctorCommand
{
    private const int Healthy = 0;
    private const int Ill = 1;

    public static Command Create(ServerOptions server) => server.Calls(
        new Command("doctor", "Whether the server works, and what its sandboxes enforce. The walls of sandboxes are tried, which takes some seconds the first time."),
        async call =>
        {
            using var ready = JsonDocument.Parse(await call.Server.SendAsync(HttpMethod.Get, "../readyz?try=sandboxes", call.Cancel));
            return Write(ready.RootElement, call.Output);
        });

    private static int Write(JsonElement ready, TextWriter output)
    {
        output.WriteLine($"server: {Text(ready, "status")}");
        foreach (var text in ready.GetProperty("degraded").EnumerateArray())
        {
            output.WriteLine($"  {Plain(text.GetString() ?? "")}");
        }

        if (!ready.TryGetProperty("sandboxes", out var sandboxes))
        {
            return Healthy; // an older server
        }

        var state = Text(sandboxes, "state");
        output.WriteLine(state == "none" ? $"sandboxes: none: {Text(sandboxes, "why")}" : $"sandboxes: {state}");
        if (sandboxes.TryGetProperty("workers", out var workers))
        {
            output.WriteLine($"  workers: {workers.GetRawText()} connected ('oi worker --check' looks at their machines)");
        }

        if (Text(sandboxes, "root_filesystem") is { Length: > 0 } root)
        {
            output.WriteLine($"  root file system: {root}{(root == "host" ? ": agents see the programs of the server's machine. 'oi sandboxes build' makes them a system of their own" : "")}");
        }

        if (!sandboxes.TryGetProperty("checks", out var checks))
        {
            return Healthy;
        }

        var table = new Table("CHECK", "STATE", "FINDING", "REMEDY");
        foreach (var check in checks.EnumerateArray())
        {
            table.Add(Text(check, "name"), Text(check, "state"), Text(check, "finding"), Text(check, "remedy"));
        }

        table.Write(output);
        return state == "refused" ? Ill : Healthy;
    }

    private static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? Plain(value.GetString() ?? "") : "";

    // It comes from another program: no control characters reach the terminal.
    private static string Plain(string text) => new StringBuilder(text.Length).AppendJoin("", text.Select(c => char.IsControl(c) ? ' ' : c)).ToString();
}
