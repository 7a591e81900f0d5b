using OpenInteractions.Bench;
using OpenInteractions.Bench.Floor;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Provider;

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
        _ => Usage($"Unknown command '{command}'."),
    };
}
catch (UsageException problem)
{
    return Usage(problem.Message);
}

static int Usage(string problem)
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(
        """
        oi-bench run      [--server PATH] [--rows A,B] [--quick] [--rounds N] [--seed-dir DIR] [--seed-count N]
                          [--data-root DIR] [--waiting N] [--chunk-tokens N] [--env NAME=VALUE]…
                          [--out FILE] [--keep]
        oi-bench provider --urls URL [--chunk-tokens N]
        oi-bench floor    --urls URL --provider URL
        oi-bench load     --url URL --wire chat|interactions [--kind unary|stream] [--model ID] [--clients N]
                          [--seconds N] [--tokens N] [--rate N] [--store false] [--pid PID]
        """);
    return 2;
}
