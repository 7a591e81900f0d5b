using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Hosting;

/// <summary>An answer of the scripted model that stops after some pieces until the test lets it go on.</summary>
internal sealed class HeldReply
{
    private readonly Gate _gate = new();
    private readonly TaskCompletionSource<VendorRequest> _request = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HeldReply()
    {
    }

    /// <summary>Completes when everything before the stop was sent.</summary>
    public Task Reached => _gate.Reached.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The request that is answered.</summary>
    public Task<VendorRequest> Request => _request.Task.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The next call of <c>local/scripted</c> gets this answer.</summary>
    public static HeldReply Next(ServerWithModels models, int holdAfter, params string[] pieces)
    {
        var held = new HeldReply();
        models.Local.Enqueue(request =>
        {
            held._request.TrySetResult(request);
            return VendorReply.Events(ChatFrames.Answer(pieces)).HangAfterParts(holdAfter, held._gate);
        });
        return held;
    }

    public void LetGo() => _gate.Open();
}
