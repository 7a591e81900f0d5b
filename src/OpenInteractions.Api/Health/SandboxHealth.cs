using OpenInteractions.Api.Http;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Api.Health;

/// <summary>What operators are told about sandboxes: whether they start, what is enforced, and what to do about what is not.</summary>
internal sealed class SandboxHealth(HostEnvironments environments)
{
    /// <summary>Tries walls and limits when that is asked for (<c>?try=sandboxes</c>), once in the life of the server. Otherwise they are tried when somebody needs a sandbox.</summary>
    public async Task TryAsync(IQueryCollection query, CancellationToken cancellationToken)
    {
        if (query.ReadText("try") == "sandboxes" && environments.Obstacle is null)
        {
            await environments.UnavailableAsync(cancellationToken);
        }
    }

    /// <summary>What does not hold, in words for the operator.</summary>
    public IEnumerable<string> Degraded() =>
        environments.Report is not { } report ? []
        : report.CanStart ? report.Checks.Where(c => c.State == PreflightState.Degraded).Select(c => $"Sandboxes do without '{c.Name}'. {c.Remedy}")
        : ["No sandbox starts: " + string.Join(" ", report.Checks.Where(c => c.State == PreflightState.Missing).Select(c => $"'{c.Name}': {c.Finding} {c.Remedy}"))];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("sandboxes"u8);
        json.WriteString("state"u8, environments.Obstacle is not null ? "none"u8 : environments.Report is not { } report ? "untried"u8 : report.CanStart ? "enforced"u8 : "refused"u8);
        if (environments.Obstacle is { } obstacle)
        {
            json.WriteString("why"u8, obstacle);
        }
        else
        {
            json.WriteNumber("live"u8, environments.Live);
            if (environments.RootFileSystem is { } root)
            {
                json.WriteString("root_filesystem"u8, root);
            }
        }

        if (environments.Workers is { Count: > 0 } workers)
        {
            json.WriteNumber("workers"u8, workers.Count);
            json.WriteNumber("live_on_workers"u8, workers.Values.Sum());
        }

        if (environments.Report is { } tried)
        {
            json.WriteString("engine"u8, tried.Engine);
            json.WriteStartArray("checks"u8);
            foreach (var check in tried.Checks)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, check.Name);
                json.WriteString("state"u8, check.State switch { PreflightState.Enforced => "enforced"u8, PreflightState.Degraded => "degraded"u8, _ => "missing"u8 });
                json.WriteString("finding"u8, check.Finding);
                if (check.Remedy.Length > 0)
                {
                    json.WriteString("remedy"u8, check.Remedy);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
