using System.Text;

namespace OpenInteractions.Engine.Schemas;

/// <summary>
/// A place in a schema's document, as its parent and its own name: the pointer is written only when somebody reads it. Written for each subschema, pointers would repeat every long name above it.
/// </summary>
internal sealed class SchemaPlace
{
    private readonly SchemaPlace? _parent;
    private readonly string _name;

    private SchemaPlace(SchemaPlace? parent, string name) => (_parent, _name) = (parent, name);

    /// <summary>As a JSON pointer (RFC 6901).</summary>
    public string Pointer
    {
        get
        {
            var names = new Stack<string>();
            for (var at = this; at._parent is not null; at = at._parent)
            {
                names.Push(at._name);
            }

            var text = new StringBuilder();
            foreach (var name in names)
            {
                text.Append('/').Append(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            }

            return text.ToString();
        }
    }

    /// <summary>The whole document.</summary>
    public static SchemaPlace Root() => new(null, "");

    /// <summary>A member or an item, to be told. What has to be found again comes from <see cref="SchemaIndex.At"/>.</summary>
    public SchemaPlace Below(string name) => new(this, name);
}
