using System.Collections.Immutable;

namespace OpenInteractions.Engine.Providers;

/// <summary>
/// Optional settings that one call went without for a reason that lies in its history, which <see cref="IModelProvider.Ignored"/> does not look at. The
/// provider notes them before it calls; a call that drops nothing pays nothing.
/// </summary>
public sealed class LeftOut
{
    private ImmutableArray<string> _paths = [];

    /// <summary>Paths in the request, such as <see cref="OptionalSettings.ThinkingLevel"/>, as far as they are known now.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>Notes one. Told once, however often it is noted.</summary>
    public void Add(string path) => ImmutableInterlocked.Update(ref _paths, static (paths, p) => paths.Contains(p) ? paths : paths.Add(p), path);
}
