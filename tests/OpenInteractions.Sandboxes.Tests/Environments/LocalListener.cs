using System.Net;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>A server of HTTP on a free port of this machine.</summary>
internal static class LocalListener
{
    public static (HttpListener Listener, string Address) Start(Func<HttpListenerRequest, HttpListenerResponse, Task> answer)
    {
        while (true)
        {
            // The listener takes no port of the system's choice.
            var address = $"http://127.0.0.1:{Random.Shared.Next(20_000, 30_000)}";
            var listener = new HttpListener { Prefixes = { address + "/" } };
            try
            {
                listener.Start();
            }
            catch (HttpListenerException)
            {
                continue; // somebody has it
            }

            _ = Task.Run(() => ServeAsync(listener, answer));
            return (listener, address);
        }
    }

    private static async Task ServeAsync(HttpListener listener, Func<HttpListenerRequest, HttpListenerResponse, Task> answer)
    {
        while (listener.IsListening)
        {
            try
            {
                var context = await listener.GetContextAsync();
                using var response = context.Response;
                await answer(context.Request, response);
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // The test is over, or who asked has left.
            }
        }
    }
}
