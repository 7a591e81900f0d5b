using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>
/// The POST of one client of a crowd. With an Idempotency-Key it is the same each time, and whoever did not hear the answer repeats it blindly. Without one, an
/// answer that was lost leaves a run that nobody was promised: the next POST asks something else.
/// </summary>
/// <param name="name">What is asked; unique in a test.</param>
/// <param name="mode">Members of the body that say how it is to be answered.</param>
/// <param name="isKeyed">True to send a key.</param>
internal sealed class Creation(string name, string mode, bool isKeyed)
{
    private int _sent;

    /// <summary>What the last one asked.</summary>
    public string Prompt => isKeyed || _sent == 1 ? name : $"{name} in try {_sent}";

    /// <summary>How many may have left a run that nobody was promised.</summary>
    public int Doubtful => isKeyed ? 0 : _sent - 1;

    public HttpRequestMessage Next(InteractionsClient client)
    {
        _sent++;
        var request = client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json($$"""{"model":"slow/any","input":"{{Prompt}}","generation_config":{"thinking_summaries":"auto"},{{mode}}}"""));
        if (isKeyed)
        {
            request.Headers.Add("Idempotency-Key", name);
        }

        return request;
    }
}
