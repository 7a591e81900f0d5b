using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Erases an interaction. A run that works on it goes on; cancelling is another act (behaviour ST-16, ST-17).</summary>
public sealed class DeleteInteraction(IInteractionStore store, ConversationChain chain)
{
    /// <exception cref="ApiException"><see cref="ErrorCode.NotFound"/>.</exception>
    public async Task ExecuteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(caller.Project, id, cancellationToken))
        {
            throw GetInteraction.NotFound(id);
        }

        chain.Clear(); // nothing that was erased stays in memory
    }
}
