using OpenInteractions.Bench;
using OpenInteractions.Bench.Floor;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Provider;

if (args.Any(argument => argument is "--help" or "-h"))
{
    Console.WriteLine(Usage.Text);
    return 0;
}

// The first argument names the command; without one (or with options only) it is `run`.
var named = args is [var first, ..] && !first.StartsWith('-');
var command = named ? args[0] : "run";
var rest = named ? args[1..] : args;

try
{
    return command switch
    {
        "provider" => await ProviderHost.RunAsync(rest),
        "floor" => await FloorHost.RunAsync(rest),
        "load" => await LoadCommand.RunAsync(rest),
        "run" => await RunCommand.RunAsync(rest),
        _ => throw new UsageException($"Unknown command '{command}'."),
    };
}
catch (UsageException problem)
{
    await Console.Error.WriteLineAsync($"{problem.Message}\n{Usage.Text}");
    return 2;
}
