using System.Text;
using OpenInteractions.Contracts.Errors;

namespace OpenInteractions.Contracts.Validation;

/// <summary>Where in a body a check stands, written only when something is wrong: <c>tools[0].name</c>.</summary>
internal sealed class JsonPath
{
    private readonly List<(string? Name, int Index)> _parts = [];

    public void Enter(string name) => _parts.Add((name, 0));

    public void Enter(int index) => _parts.Add((null, index));

    public void Leave() => _parts.RemoveAt(_parts.Count - 1);

    /// <summary>The path of a member of the object that stands here.</summary>
    public string With(string name) => _parts.Count == 0 ? Excerpt.Of(name) : $"{this}.{Excerpt.Of(name)}";

    /// <summary>The path for an error, which is null for the body itself.</summary>
    public string? Field => _parts.Count == 0 ? null : ToString();

    /// <summary>The place for a sentence, where the body itself has no path.</summary>
    public string Describe() => _parts.Count == 0 ? "the body" : $"'{this}'";

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in _parts)
        {
            if (name is null)
            {
                text.Append('[').Append(index).Append(']');
            }
            else
            {
                text.Append(text.Length == 0 ? "" : ".").Append(Excerpt.Of(name));
            }
        }

        return text.ToString();
    }
}
