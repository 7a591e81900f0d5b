namespace OpenInteractions.Sandboxes.Tests.Attacks;

/// <summary>All attacks, one after the other, and a line for each.</summary>
internal static class AttackRun
{
    public static async Task WriteAsync(string directory, IEnumerable<string> accept, TextWriter results, string? root = null)
    {
        await using var scene = await Scene.OpenAsync(directory, accept, root);
        foreach (var attack in AttackList.All)
        {
            string said;
            try
            {
                if (scene.Sandbox.Ended.IsCompleted || attack.NeedsFresh)
                {
                    await scene.FreshAsync();
                }

                await attack.Try(scene);
                await scene.CheckHostAsync();
                said = "contained";
            }
            catch (Exception e)
            {
                said = $"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" | ");
            }

            await results.WriteLineAsync($"{attack.Name}\t{said}");
            await results.FlushAsync();
        }
    }
}
