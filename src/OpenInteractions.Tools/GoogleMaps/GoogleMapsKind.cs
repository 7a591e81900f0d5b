using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>The tool <c>google_maps</c> over OpenStreetMap, or of the model's vendor.</summary>
internal sealed class GoogleMapsKind(IOptions<GoogleMapsOptions> options, MapEngines engines, SealedReadings readings) : IToolKind
{
    public string Type => GoogleMapsTool.TypeName;

    public void Require(Tool declared, string path)
    {
        var tool = (GoogleMapsTool)declared;
        if (tool.Latitude is null != tool.Longitude is null)
        {
            var field = $"{path}.{(tool.Latitude is null ? "latitude" : "longitude")}";
            throw new ApiException(ErrorCode.InvalidRequest, $"'{field}' is missing: where the user is takes both 'latitude' and 'longitude', or neither.", field);
        }
    }

    public bool IsNativeTo(Tool declared, ModelDescription model, string path)
    {
        var isVendors = model.Capabilities.NativeTools.Contains(Type);
        return isVendors && (engines.Search is null || options.Value.Prefer == PlacePreference.Native)
            || (engines.Search is null ? throw NotSet(path) : false);
    }

    public ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken)
    {
        var search = engines.Search ?? throw NotSet("tools");
        var user = declared is GoogleMapsTool { Latitude: { } north, Longitude: { } east } ? new MapPoint(north, east) : (MapPoint?)null;
        return new(new Opened(new GoogleMapsFunction(search, user, scope, readings)));
    }

    private static ApiException NotSet(string path) => new(
        ErrorCode.FailedPrecondition,
        $"The tool 'google_maps' in '{path}' is not set up on this server: set {GoogleMapsOptions.Section}:{nameof(GoogleMapsOptions.NominatimAddress)} to a Nominatim instance. Without one it works with models whose vendor finds places.",
        path);

    private sealed class Opened(GoogleMapsFunction function) : IOpenTool
    {
        public IReadOnlyList<IToolFunction> Functions { get; } = [function];

        public IToolFunction? FunctionOf(Step call) => call is GoogleMapsCallStep ? function : null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
