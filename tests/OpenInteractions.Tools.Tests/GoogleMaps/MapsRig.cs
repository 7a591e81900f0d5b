using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Tools.GoogleMaps;
using OpenInteractions.Tools.Tests.Engines;
using OpenInteractions.Tools.Tests.Mcp;

namespace OpenInteractions.Tools.Tests.GoogleMaps;

/// <summary>The tool as the server registers it, with the settings that a test gives.</summary>
internal sealed class MapsRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public MapsRig(params (string Name, string Value)[] settings)
        : this(TimeProvider.System, settings)
    {
    }

    public MapsRig(TimeProvider time, params (string Name, string Value)[] settings)
    {
        var services = EngineServices.Of(GoogleMapsOptions.Section, settings, time, Log);
        services.AddGoogleMaps();
        _services = services.BuildServiceProvider();
    }

    public LogLines Log { get; } = new();

    public IToolKind Kind => _services.GetRequiredService<IToolKind>();

    public IReadOnlyList<string> Problems => _services.ProblemsOf<GoogleMapsOptions>();

    public async Task<IToolFunction> OpenAsync(double? latitude = null, double? longitude = null)
    {
        var open = await Kind.OpenAsync(new GoogleMapsTool { Latitude = latitude, Longitude = longitude }, new ToolScope("project", "interaction", "root"), CancellationToken.None);
        return open.Functions.Single();
    }

    /// <summary>Looks places up, and gives the result as the wire shows it and as the model reads it.</summary>
    public async Task<MapsOutcome> AskAsync(string arguments, (double North, double East)? user = null, CancellationToken cancellationToken = default)
    {
        var function = await OpenAsync(user?.North, user?.East);
        var step = (GoogleMapsResultStep)await function.RunAsync(function.CallStep("call_1", JsonElement.Parse(arguments)), cancellationToken);
        var reading = _services.ReadingOf(step);
        return new MapsOutcome(step, reading, reading.Content.GetString()!);
    }

    public Task<MapsOutcome> FindAsync(string query, (double North, double East)? user = null) => AskAsync($$"""{"queries":[{{JsonSerializer.Serialize(query)}}]}""", user);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

internal sealed record MapsOutcome(GoogleMapsResultStep Step, ToolReading Reading, string Text)
{
    public bool IsFailed => Step.Result.Count == 0;
}
