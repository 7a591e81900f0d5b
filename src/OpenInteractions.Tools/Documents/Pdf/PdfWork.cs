namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>
/// What the reading of one file may cost. The objects of a PDF lead to one another in any way and as often as its maker likes, so that the size of a file says
/// nothing about the work: what is looked at and what is kept is counted over all of it, and the token is listened to on the way.
/// </summary>
/// <param name="cancellationToken">Ends the work.</param>
/// <param name="mostSteps">Most steps.</param>
internal sealed class PdfWork(CancellationToken cancellationToken, long mostSteps = PdfWork.MaxSteps)
{
    /// <summary>Most steps: about the bytes that are looked at. Some seconds.</summary>
    public const long MaxSteps = 300_000_000;

    /// <summary>Most bytes of objects, fonts and maps of characters that are held at the same time, about.</summary>
    public const long MaxKept = 200_000_000;

    private const int StepsBetweenLooks = 64 * 1024;

    private long _lookAt;

    public long Steps { get; private set; }

    public long Kept { get; private set; }

    /// <exception cref="UnreadableDocumentException">It is more than one file may take.</exception>
    public void Spend(long steps)
    {
        Steps += steps;
        if (Steps < _lookAt)
        {
            return;
        }

        _lookAt = Steps + StepsBetweenLooks;
        cancellationToken.ThrowIfCancellationRequested();
        if (Steps > mostSteps)
        {
            throw new UnreadableDocumentException($"The PDF takes more than the {mostSteps} steps that reading one may take here.");
        }
    }

    /// <exception cref="UnreadableDocumentException">It is more than one file may take.</exception>
    public void Keep(long bytes)
    {
        Kept += bytes;
        if (Kept > MaxKept)
        {
            throw new UnreadableDocumentException($"The PDF takes more than the {MaxKept} bytes of memory that reading one may take here.");
        }
    }
}
