using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Storage;
using OpenInteractions.Tools.GoogleSearch;
using OpenInteractions.Tools.GoogleSearch.Local;
using OpenInteractions.Tools.Tests.Engines;
using OpenInteractions.Tools.Tests.Mcp;

namespace OpenInteractions.Tools.Tests.GoogleSearch;

/// <summary>The tool as the server registers it, with the settings that a test gives. No network is opened for it.</summary>
internal sealed class SearchRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly DirectoryInfo _data;
    private readonly bool _isOwn;

    public SearchRig(params (string Name, string Value)[] settings)
        : this(TimeProvider.System, null, settings)
    {
    }

    public SearchRig(TimeProvider time, DirectoryInfo? data, params (string Name, string Value)[] settings)
    {
        (_data, _isOwn) = (data ?? Directory.CreateTempSubdirectory("oi-search-"), data is null);
        var services = EngineServices.Of(GoogleSearchOptions.Section, settings, time, Log);
        services.AddStorage(_data.FullName);
        services.AddGoogleSearch();
        _services = services.BuildServiceProvider();
    }

    public LogLines Log { get; } = new();

    public IToolKind Kind => _services.GetRequiredService<IToolKind>();

    public LocalIndex Index => _services.GetRequiredService<LocalIndex>();

    public IReadOnlyList<string> Problems => _services.ProblemsOf<GoogleSearchOptions>();

    public async Task<IToolFunction> OpenAsync(params string[] types)
    {
        var declared = new GoogleSearchTool { SearchTypes = types.Length == 0 ? null : types };
        var open = await Kind.OpenAsync(declared, new ToolScope("project", "interaction", "root"), CancellationToken.None);
        return open.Functions.Single();
    }

    /// <summary>Searches, and gives the result as the wire shows it and as the model reads it.</summary>
    public async Task<(GoogleSearchResultStep Step, ToolReading Reading, string Text)> SearchAsync(string arguments, CancellationToken cancellationToken = default, params string[] types)
    {
        var function = await OpenAsync(types);
        var step = (GoogleSearchResultStep)await function.RunAsync(function.CallStep("call_1", JsonElement.Parse(arguments)), cancellationToken);
        var reading = _services.ReadingOf(step);
        return (step, reading, reading.Content.GetString()!);
    }

    public Task<(GoogleSearchResultStep Step, ToolReading Reading, string Text)> SearchForAsync(string query, params string[] types) =>
        SearchAsync($$"""{"queries":["{{query}}"]}""", CancellationToken.None, types);

    public ToolReading? Open(string project, Step step) => _services.GetRequiredService<SealedReadings>().Open(project, step);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_isOwn)
        {
            _data.Delete(recursive: true);
        }
    }
}
