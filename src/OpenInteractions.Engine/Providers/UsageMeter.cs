namespace OpenInteractions.Engine.Providers;

/// <summary>
/// What a model call has used so far, for a call that is cut before it could say so (behaviour SE-11). The provider says how to learn it; it is asked
/// when the call is over, so a call that ends well pays nothing for it.
/// </summary>
public sealed class UsageMeter
{
    private Usage? _settled;
    private Func<Usage?>? _current;

    /// <summary>What the upstream has reported until now, or null when it has said nothing.</summary>
    public Usage? Reading => Usage.Sum(_settled, _current?.Invoke());

    /// <summary>Bytes of thought that the upstream gave and nobody is shown: they are in no step, and were used all the same.</summary>
    public long HiddenThought { get; private set; }

    /// <summary>The upstream gave a piece of thought that is not passed on.</summary>
    /// <param name="bytes">Its length as UTF-8.</param>
    public void OnHiddenThought(int bytes) => HiddenThought += bytes;

    /// <summary>An attempt is answered; those before it that failed are forgotten.</summary>
    /// <param name="reported">What the upstream has reported of this attempt.</param>
    public void Follow(Func<Usage?> reported) => _current = reported;

    /// <summary>The call goes on with another request to the upstream.</summary>
    /// <param name="sofar">What all requests before it have used.</param>
    public void Settle(Usage? sofar) => (_settled, _current) = (sofar, null);
}
