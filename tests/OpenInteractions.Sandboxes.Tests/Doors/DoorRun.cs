namespace OpenInteractions.Sandboxes.Tests.Doors;

/// <summary>One promise about the doors.</summary>
internal sealed record DoorCheck(string Name, Func<DoorScene, Task> Try);

/// <summary>All of them, one after the other, and a line for each.</summary>
internal static class DoorRun
{
    public static IReadOnlyList<DoorCheck> All { get; } = [.. DoorChecks.All, .. SecretChecks.All, .. LoadChecks.All];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task WriteAsync(string directory, IEnumerable<string> accept, TextWriter results)
    {
        var only = Environment.GetEnvironmentVariable("OI_ONLY");
        await using var scene = new DoorScene(directory, accept);
        foreach (var check in All.Where(c => only is null || c.Name.Contains(only, StringComparison.Ordinal)))
        {
            string said;
            try
            {
                await scene.NextAsync().WaitAsync(Patience);
                await check.Try(scene).WaitAsync(Patience);
                said = "holds";
            }
            catch (Exception e)
            {
                said = $"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" | ");
            }

            await results.WriteLineAsync($"{check.Name}\t{said}");
            await results.FlushAsync();
        }
    }
}
