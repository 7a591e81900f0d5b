namespace OpenInteractions.Engine.Providers;

/// <summary>What a model id stands for.</summary>
/// <param name="PublicId">The id that the caller wrote, without <c>models/</c>.</param>
/// <param name="Provider">Who runs the model.</param>
/// <param name="Model">The model, by the provider's own id.</param>
public sealed record ResolvedModel(string PublicId, IModelProvider Provider, ModelDescription Model)
{
    /// <summary>The id that always means this model: <c>provider/model</c>.</summary>
    public string QualifiedId => $"{Provider.Name}/{Model.Id}";
}

/// <summary>An entry of the list of models.</summary>
/// <param name="PublicId">The shortest id that means this model: the bare id where it is unambiguous, else <c>provider/model</c>; for an alias, the alias.</param>
/// <param name="QualifiedId">The id that always means this model: <c>provider/model</c>.</param>
/// <param name="Model">The model.</param>
/// <param name="IsAlias">True when <paramref name="PublicId"/> is a configured alias.</param>
public sealed record ListedModel(string PublicId, string QualifiedId, ModelDescription Model, bool IsAlias);
