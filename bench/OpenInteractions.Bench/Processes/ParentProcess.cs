using Microsoft.Extensions.Hosting;

namespace OpenInteractions.Bench.Processes;

/// <summary>Ties the life of provider and floor to the process that started them.</summary>
internal static class ParentProcess
{
    /// <summary>Returns when the host was told to stop. The bench holds the other end of standard input when it starts a
    /// process; when the bench dies, however it dies, the end of that pipe stops the process too.</summary>
    public static async Task StopWithAsync(IHostApplicationLifetime lifetime)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        if (Environment.GetEnvironmentVariable(ChildProcess.TiedVariable) is not null)
        {
            await Task.WhenAny(stopped.Task, EndOfInputAsync());
            lifetime.StopApplication();
        }

        await stopped.Task;
    }

    private static async Task EndOfInputAsync()
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[16];
        while (await input.ReadAsync(buffer) > 0)
        {
            // Nothing is said on this pipe.
        }
    }
}
