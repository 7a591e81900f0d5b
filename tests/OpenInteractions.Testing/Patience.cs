namespace OpenInteractions.Testing;

/// <summary>Waits for signals no longer than a test may take, and names the one that never came.</summary>
public static class Patience
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public static async Task OrTimeout(this Task task, string step)
    {
        ArgumentNullException.ThrowIfNull(task);
        try
        {
            await task.WaitAsync(Longest);
        }
        catch (TimeoutException exception) when (!task.IsFaulted)
        {
            throw new TimeoutException($"This never came: {step}.", exception);
        }
    }

    public static async Task<T> OrTimeout<T>(this Task<T> task, string step)
    {
        await OrTimeout((Task)task, step);
        return await task;
    }
}
