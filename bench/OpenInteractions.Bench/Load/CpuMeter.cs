using System.Globalization;
using OpenInteractions.Bench.Processes;

namespace OpenInteractions.Bench.Load;

/// <summary>Processor time that a target used, in milliseconds.</summary>
/// <param name="Process">Its own process: the figure that is judged.</param>
/// <param name="Database">The database server that it stores in; null when it has none.</param>
internal readonly record struct CpuUse(double Process, double? Database)
{
    public static CpuUse Zero => new(0, 0);

    public static CpuUse operator +(CpuUse one, CpuUse other) => new(one.Process + other.Process, one.Database + other.Database);
}

/// <summary>Reads the processor time of a target at a beginning and at an end.</summary>
internal readonly struct CpuMeter
{
    private readonly Target _target;
    private readonly TimeSpan _process;
    private readonly TimeSpan _database;

    private CpuMeter(Target target) => (_target, _process, _database) = (target, OfProcess(target), OfDatabase(target));

    public CpuUse Used => new(
        (OfProcess(_target) - _process).TotalMilliseconds,
        _target.Database is null ? null : (OfDatabase(_target) - _database).TotalMilliseconds);

    public static CpuMeter Start(Target target) => new(target);

    /// <summary>A figure of the database, to be printed behind that of the process; empty when there is none.</summary>
    public static string Beside(double? milliseconds, string unit, double scale, string format = "0") =>
        milliseconds is { } used ? $", database {(used * scale).ToString(format, CultureInfo.InvariantCulture)} {unit}" : "";

    private static TimeSpan OfProcess(Target target) => target.Pid is { } pid ? ProcessFigures.Cpu(pid) : TimeSpan.Zero;

    private static TimeSpan OfDatabase(Target target) => target.Database?.Cpu ?? TimeSpan.Zero;
}
