using System.Text;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>A command of the engine's words in those of the frames, after a look at its bounds.</summary>
internal static class CommandMessages
{
    private const int MaxArgument = 128 * 1024 - 1; // the kernel's own
    private const int MaxAll = 200 * 1024;
    private const int MaxKept = 16 * 1024 * 1024;
    private static readonly TimeSpan MaxTime = TimeSpan.FromHours(24);

    public static ExecMessage From(CommandSpec command, IReadOnlyDictionary<string, string> environment, string workspace)
    {
        ArgumentNullException.ThrowIfNull(command);
        var variables = new Dictionary<string, string>(environment);
        foreach (var (name, value) in command.Environment)
        {
            variables[name] = value;
        }

        Check(command, variables);
        return new ExecMessage(
            [.. command.Arguments],
            [.. variables.Select(v => $"{v.Key}={v.Value}")],
            command.Directory ?? (command.Session is null ? workspace : ""),
            command.Session ?? "",
            [.. command.Environment.Keys],
            command.HasInput,
            command.Timeout is { } timeout ? (long)Math.Ceiling(timeout.TotalMilliseconds) : 0,
            command.OutputLimit ?? -1,
            command.OutputLimit ?? -1);
    }

    private static void Check(CommandSpec command, Dictionary<string, string> variables)
    {
        Require(command.Arguments.Count > 0 && command.Arguments[0].Length > 0, "A command needs a program.");
        Require(command.Session is null || (SandboxNames.IsName(command.Session) && command.Arguments.Count == 1), "A session has a name of 1 to 64 letters, digits, '-' or '_', and takes one line.");
        Require(command.Directory is null || (command.Directory.StartsWith('/') && command.Directory.Length < 4096), "The directory of a command has to be absolute.");
        Require(command.Timeout is null || (command.Timeout > TimeSpan.Zero && command.Timeout <= MaxTime), "The time of a command has to be more than nothing, and 24 hours at most.");
        Require(command.OutputLimit is null or >= 0, "The limit of output cannot be below 0.");
        Require(command.KeepLast is null or (> 0 and <= MaxKept), "Of output in the background 1 byte to 16 MiB are kept.");
        Require(variables.Keys.All(SandboxNames.IsVariable), "Variables have names of letters, digits and '_', and do not begin with a digit.");
        var all = command.Arguments.Concat(variables.Select(v => $"{v.Key}={v.Value}")).ToList();
        Require(all.TrueForAll(t => !t.Contains('\0', StringComparison.Ordinal)), "Arguments and variables cannot hold a zero byte.");
        Require(all.TrueForAll(t => Encoding.UTF8.GetByteCount(t) <= MaxArgument), $"An argument or variable has {MaxArgument} bytes at most. Write longer text into a file.");
        Require(all.Sum(t => (long)Encoding.UTF8.GetByteCount(t) + 1) <= MaxAll, $"Arguments and variables have {MaxAll} bytes at most together. Write longer text into a file.");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SandboxException(SandboxErrorKind.Invalid, otherwise);
        }
    }
}
