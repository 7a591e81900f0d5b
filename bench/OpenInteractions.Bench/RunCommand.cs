namespace OpenInteractions.Bench;

internal static class RunCommand
{
    public static Task<int> RunAsync(string[] args) => Task.FromResult(args.Length);
}
