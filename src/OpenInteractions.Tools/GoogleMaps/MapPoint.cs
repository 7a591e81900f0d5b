using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>A point of the earth, in degrees north and east.</summary>
internal readonly partial record struct MapPoint(double Latitude, double Longitude)
{
    private const double EarthRadius = 6_371_000; // metres

    /// <summary>A point as people write it: <c>35.01, 135.77</c>.</summary>
    public static MapPoint? Read(string text)
    {
        var match = Pair().Match(text);
        return match.Success ? Of(match.Groups[1].ValueSpan, match.Groups[2].ValueSpan) : null;
    }

    public static MapPoint? Of(ReadOnlySpan<char> latitude, ReadOnlySpan<char> longitude) =>
        double.TryParse(latitude, NumberStyles.Float, CultureInfo.InvariantCulture, out var north) && double.TryParse(longitude, NumberStyles.Float, CultureInfo.InvariantCulture, out var east)
        && north is >= -90 and <= 90 && east is >= -180 and <= 180
            ? new MapPoint(north, east)
            : null;

    public double MetresTo(MapPoint other)
    {
        var (north, otherNorth) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var (up, right) = (Math.Sin((otherNorth - north) / 2), Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2));
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt((up * up) + (Math.Cos(north) * Math.Cos(otherNorth) * right * right))));
    }

    /// <summary>The box that reaches so far from here in each direction, without going around the earth or over a pole.</summary>
    public (double South, double West, double North, double East) Box(double metres)
    {
        var up = double.RadiansToDegrees(metres / EarthRadius);
        var right = up / Math.Max(0.01, Math.Cos(double.DegreesToRadians(Latitude)));
        return (Math.Max(-90, Latitude - up), Math.Max(-180, Longitude - right), Math.Min(90, Latitude + up), Math.Min(180, Longitude + right));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Latitude:0.######},{Longitude:0.######}");

    [GeneratedRegex(@"^\s*([+-]?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
