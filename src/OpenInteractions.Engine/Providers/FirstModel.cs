namespace OpenInteractions.Engine.Providers;

/// <summary>The model of a first try: one that is there, without cost if possible.</summary>
public static class FirstModel
{
    private const string Free = "demo";

    /// <summary>The embedded demo model when it is offered, else the first of the list; null when there is none.</summary>
    public static string? Of(IReadOnlyList<ListedModel> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return models.OrderBy(m => m.PublicId == Free ? 0 : m.IsAlias ? 2 : 1).Select(m => m.PublicId).FirstOrDefault();
    }
}
