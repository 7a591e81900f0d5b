using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Refuses media that the model's provider never takes, before anything is accepted (protocols 6.6): the same in the foreground and in the background.</summary>
internal static class MediaCheck
{
    /// <summary>Each is looked up before the interaction is accepted.</summary>
    private const int MostHosts = 32;

    /// <summary>What a model does not take of a medium: its kind, or its type or address; null when it takes it.</summary>
    public static Func<MediaContent, string?> Of(IModelProvider provider, ModelDescription model)
    {
        var (kinds, fault) = (model.Capabilities.Input, provider.MediaFault(model));
        return media => (InputRules.ModalityOf(media) & ~kinds) == Modalities.None ? fault?.Invoke(media) : $"{media.Type} input";
    }

    /// <summary>Refuses media at addresses that callers may not reach: whoever fetches them, a model on this machine or a vendor, is steered by the caller (design 8).</summary>
    /// <param name="guard">Knows which may be reached.</param>
    /// <param name="input">This turn's input.</param>
    /// <param name="cancellationToken">Ends the looking up of names.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.InvalidRequest"/>, naming the place.</exception>
    public static async ValueTask AddressesAsync(OutboundGuard guard, InteractionInput input, CancellationToken cancellationToken)
    {
        List<(string Path, string Host, Task<string?> Finding)> found = [];
        foreach (var (media, place) in InputRules.MediaOf(input, withThoughts: true))
        {
            if (media.Uri is null)
            {
                continue;
            }

            var (uri, path) = (new Uri(media.Uri), $"{place}.uri");
            if (guard.FaultOf(uri) is { } wrong)
            {
                throw Invalid(path, wrong);
            }

            if (!found.Exists(f => f.Host.Equals(uri.Authority, StringComparison.OrdinalIgnoreCase)))
            {
                if (found.Count == MostHosts)
                {
                    throw Invalid(path, $"an interaction may have media of at most {MostHosts} hosts");
                }

                found.Add((path, uri.Authority, guard.FindFaultAsync(uri, cancellationToken).AsTask()));
            }
        }

        foreach (var (path, _, finding) in found)
        {
            if (await finding is { } fault)
            {
                throw Invalid(path, fault);
            }
        }
    }

    private static ApiException Invalid(string path, string fault) => new(ErrorCode.InvalidRequest, $"Invalid address in '{path}': {fault}.", path);

    /// <summary>Refuses media in the body that are larger than one may be.</summary>
    /// <param name="input">This turn's input.</param>
    /// <param name="mostPdfBytes">Most bytes of a PDF.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.InvalidRequest"/>, naming the place.</exception>
    public static void Sizes(InteractionInput input, long mostPdfBytes)
    {
        foreach (var (media, path) in InputRules.MediaOf(input, withThoughts: true))
        {
            MediaRules.RequireSize(media, path, mostPdfBytes);
        }
    }

    /// <param name="fault">What the provider says of a medium.</param>
    /// <param name="input">This turn's input.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.FailedPrecondition"/>, naming the place.</exception>
    public static void Input(Func<MediaContent, string?> fault, InteractionInput input)
    {
        foreach (var (media, path) in InputRules.MediaOf(input, withThoughts: false))
        {
            if (fault(media) is { } what)
            {
                throw Refused($"'{path}': the model's provider does not take {what}. Send it in another form, leave it out, or use another model.", path);
            }
        }
    }

    /// <param name="fault">What the provider says of a medium.</param>
    /// <param name="turns">The turns before.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.FailedPrecondition"/>, naming the conversation.</exception>
    public static void Chain(Func<MediaContent, string?> fault, IReadOnlyList<HistoryTurn> turns)
    {
        foreach (var media in turns.SelectMany(t => t.Steps).SelectMany(s => InputRules.ContentOf(s.Step)).OfType<MediaContent>())
        {
            if (fault(media) is { } what)
            {
                const string Field = "previous_interaction_id";
                throw Refused($"'{Field}': an earlier turn has {what}, which the model's provider does not take. Use another model, or continue an interaction before that turn.", Field);
            }
        }
    }

    private static ApiException Refused(string message, string field) => new(ErrorCode.FailedPrecondition, message, field);
}
