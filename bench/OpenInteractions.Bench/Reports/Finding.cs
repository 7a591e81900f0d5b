using System.Globalization;

namespace OpenInteractions.Bench.Reports;

/// <summary>The two limits of a figure: the one that must hold and the one that is aimed at.</summary>
/// <param name="Must">Null for a figure that is only aimed at.</param>
/// <param name="AtLeast">The figure must not be smaller; otherwise it must not be larger.</param>
internal sealed record Limit(double? Must, double Aim, bool AtLeast)
{
    /// <summary>Noise of the last digit does not decide.</summary>
    private const double Rounding = 0.0005;

    public static Limit NotBelow(double must, double aim) => new(must, aim, AtLeast: true);

    public static Limit NotAbove(double must, double aim) => new(must, aim, AtLeast: false);

    public static Limit AimNotBelow(double aim) => new(null, aim, AtLeast: true);

    public static Limit AimNotAbove(double aim) => new(null, aim, AtLeast: false);

    public bool Holds(double value, double? limit) =>
        limit is null || (!double.IsNaN(value) && (AtLeast ? value >= limit - Rounding : value <= limit + Rounding));
}

/// <summary>One judged figure of a row.</summary>
/// <param name="Row">The row's name, as in <c>--rows</c>.</param>
/// <param name="What">What the figure is.</param>
/// <param name="Unit">Empty for a ratio.</param>
/// <param name="Limit">Null for a figure that only informs.</param>
/// <param name="Measured">The absolute figures behind it.</param>
internal sealed record Finding(string Row, string What, double Value, string Unit, Limit? Limit, string Measured)
{
    public bool Fails => Limit is { } limit && !limit.Holds(Value, limit.Must);

    public string Verdict => Limit switch
    {
        null => "",
        { } limit when !limit.Holds(Value, limit.Must) => "**fails**",
        { } limit when !limit.Holds(Value, limit.Aim) => limit.Must is null ? "misses aim" : "holds",
        { Must: null } => "reaches aim",
        _ => "holds, aim too",
    };

    public string Shown => Number(Value) + (Unit.Length > 0 ? $" {Unit}" : "");

    public string LimitShown(Func<Limit, double?> side) =>
        Limit is { } limit && side(limit) is { } bound ? $"{(limit.AtLeast ? "≥" : "≤")} {Number(bound)}{(Unit.Length > 0 ? $" {Unit}" : "")}" : "";

    public static string Number(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "0", >= 10 => "0.0", _ => "0.0##" }, CultureInfo.InvariantCulture);
}
