namespace OpenInteractions.Engine.Schemas;

/// <summary>
/// A JSON Schema (draft 2020-12, one document, nothing fetched) that was read once and can check any number of values. docs/json-schema.md says
/// which part of the specification it knows, and its bounds. Safe for use by several threads.
/// </summary>
public sealed class JsonSchema
{
    private readonly SchemaNode _root;
    private readonly bool _hasUnevaluated;

    private JsonSchema(SchemaNode root, bool hasUnevaluated, long bytes) => (_root, _hasUnevaluated, Bytes) = (root, hasUnevaluated, bytes);

    /// <summary>About how many bytes it holds, rather too many than too few.</summary>
    internal long Bytes { get; }

    /// <summary>Reads a schema. The element must live as long as the schema does.</summary>
    /// <exception cref="JsonSchemaException">It is no schema, refers to something outside itself, or is larger than a bound.</exception>
    public static JsonSchema Compile(JsonElement schema)
    {
        try
        {
            var compiler = new SchemaCompiler(new SchemaIndex(schema));
            return new JsonSchema(compiler.CompileRoot(), compiler.HasUnevaluated, compiler.Bytes);
        }
        catch (InvalidOperationException)
        {
            // System.Text.Json's word for an escaped half of a surrogate pair.
            throw new JsonSchemaException("", "holds text that is not Unicode");
        }
    }

    /// <summary>Checks the text of a JSON value.</summary>
    public SchemaVerdict CheckText(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > SchemaBounds.MaxText)
        {
            return SchemaVerdict.Unchecked($"The text is longer than {SchemaBounds.MaxText} bytes.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = SchemaBounds.MaxDepth });
        }
        catch (JsonException)
        {
            return SchemaVerdict.NotJson;
        }

        using (document)
        {
            return Check(document.RootElement);
        }
    }

    /// <summary>Checks a value.</summary>
    public SchemaVerdict Check(JsonElement value)
    {
        var run = new Evaluation(_hasUnevaluated);
        try
        {
            return run.Apply(_root, value, InstancePlace.Root, seen: null) ? SchemaVerdict.Fits : SchemaVerdict.Unfit(run.Errors);
        }
        catch (SchemaBoundException bound)
        {
            return SchemaVerdict.Unchecked(bound.Message);
        }
        catch (InvalidOperationException)
        {
            return SchemaVerdict.Unchecked("The value holds text that is not Unicode.");
        }
    }
}
