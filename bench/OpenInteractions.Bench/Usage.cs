namespace OpenInteractions.Bench;

/// <summary>What the bench says to somebody who asks, or who typed something else.</summary>
internal static class Usage
{
    public const string Text =
        """
        oi-bench run      [--server PATH] [--engine sqlite|postgres|both] [--rows A,B] [--quick] [--rounds N]
                          [--seed-dir DIR] [--seed-count N] [--data-root DIR] [--waiting N] [--chunk-tokens N]
                          [--env NAME=VALUE]… [--out FILE] [--keep]
        oi-bench provider --urls URL [--chunk-tokens N]
        oi-bench floor    --urls URL --provider URL
        oi-bench load     --url URL --wire chat|interactions [--kind unary|stream] [--model ID] [--clients N]
                          [--seconds N] [--tokens N] [--rate N] [--store false] [--pid PID]

        Without a command it is run. Rows: unary, store-false, streams, chain, background, waiting, idle, get, restart,
        tools, sandbox and neighbour (as root, with bubblewrap), and with PostgreSQL drain; all when --rows is not given. The engine is sqlite when --engine is not given; for
        postgres the bench starts a server of its own and removes it at the end. What each row and option means is in
        bench/README.md.
        """;
}
