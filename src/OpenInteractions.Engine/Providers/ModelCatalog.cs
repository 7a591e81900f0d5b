using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Engine.Providers;

/// <summary>
/// Finds the model and the provider that an id stands for. In this order (design 3):
/// 1. a configured alias; 2. <c>provider/model</c>; 3. the exact id in a provider's list; 4. the prefix of a family;
/// 5. the configured default provider; else <c>model_not_found</c>. <c>models/</c> before an id is ignored.
/// </summary>
public sealed class ModelCatalog : IAsyncDisposable
{
    internal const string ModelsPrefix = "models/";

    private readonly ModelAliases _aliases;
    private readonly ProviderModels[] _providers;
    private readonly FrozenDictionary<string, ProviderModels> _byName;
    private readonly (string Prefix, ProviderModels Owner)[] _families;
    private readonly ProviderModels? _default;

    /// <summary>A catalogue over these providers.</summary>
    /// <exception cref="ArgumentException">The options do not fit the providers; <see cref="Problems"/> says how.</exception>
    public ModelCatalog(IEnumerable<IModelProvider> providers, IOptions<ModelCatalogOptions> options, TimeProvider time, ILogger<ModelCatalog> logger)
    {
        _providers = [.. providers.Select(p => new ProviderModels(p, options.Value, time, logger))];
        if (Problems(options.Value, [.. _providers.Select(p => p.Provider.Name)]) is [var first, ..])
        {
            throw new ArgumentException(first, nameof(options));
        }

        _byName = _providers.ToFrozenDictionary(p => p.Provider.Name, StringComparer.Ordinal);
        _aliases = new ModelAliases(options.Value.Aliases, _byName.Keys);
        _default = options.Value.DefaultProvider is { } name ? _byName[name] : null;

        // The longest prefix decides; OrderBy keeps the order of registration among equals.
        _families = [.. _providers.SelectMany(p => p.Provider.FamilyPrefixes.Select(prefix => (prefix, p))).OrderByDescending(f => f.prefix.Length)];
    }

    /// <summary>The providers, in the order in which they were added.</summary>
    public IEnumerable<string> ProviderNames => _providers.Select(p => p.Provider.Name);

    /// <summary>Everything in the options that does not fit the providers, each naming its setting.</summary>
    public static IReadOnlyList<string> Problems(ModelCatalogOptions options, IReadOnlyCollection<string> providers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(providers);
        var problems = new List<string>(ModelAliases.Problems(options.Aliases, providers));
        if (options.DefaultProvider is { } name && !providers.Contains(name))
        {
            problems.Add($"{ModelCatalogOptions.Section}:DefaultProvider: there is no provider '{name}'. Configured: {string.Join(", ", providers)}.");
        }

        problems.AddRange(providers.GroupBy(p => p, StringComparer.Ordinal).Where(g => g.Count() > 1)
            .Select(g => $"OpenInteractions:Providers: the name '{g.Key}' is taken twice."));
        return problems;
    }

    /// <summary>The model that <paramref name="id"/> stands for.</summary>
    /// <exception cref="ApiException">
    /// <see cref="ErrorCode.ModelNotFound"/>, naming the nearest ids; <see cref="ErrorCode.InvalidRequest"/> when several providers offer the
    /// bare id and neither its family nor the default provider decides.
    /// </exception>
    public async ValueTask<ResolvedModel> ResolveAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        var bare = WithoutModelsPrefix(id);
        if (_aliases.TryGet(bare, out var target))
        {
            return await OfAsync(bare, _byName[target.Provider], target.Model, cancellationToken);
        }

        if (bare.IndexOf('/') is > 0 and var slash && slash < bare.Length - 1 && _byName.TryGetValue(bare[..slash], out var named))
        {
            return await OfAsync(bare, named, WithoutModelsPrefix(bare[(slash + 1)..]), cancellationToken);
        }

        if (bare.Length == 0 || bare[^1] == '/')
        {
            throw await NotFoundAsync(bare, cancellationToken);
        }

        // The owner of the family would win over others that list the same id, so nobody else needs to be asked when it has it.
        var owner = OwnerOf(bare);
        if (owner is not null && await FindAsync(owner, bare, cancellationToken) is { } own)
        {
            return new ResolvedModel(bare, owner.Provider, own);
        }

        await EnsureAllAsync(cancellationToken);
        if (Listed(bare) is { } listed)
        {
            return listed;
        }

        if ((owner is { Provider.ListsEverything: false } ? owner : _default) is { Provider.ListsEverything: false } takes)
        {
            return new ResolvedModel(bare, takes.Provider, takes.Find(bare) ?? takes.Provider.Describe(bare));
        }

        // Somebody may have added the model a moment ago: look once more before saying no.
        await Task.WhenAll(_providers.Select(p => p.RenewAsync(cancellationToken)));
        return Listed(bare) ?? throw await NotFoundAsync(bare, cancellationToken);
    }

    /// <summary>
    /// Every model that can be named: aliases first, then each provider's list. A provider whose list cannot be read is left out.
    /// </summary>
    public async Task<IReadOnlyList<ListedModel>> ListAsync(CancellationToken cancellationToken)
    {
        await EnsureAllAsync(cancellationToken);
        var models = new List<ListedModel>();
        foreach (var alias in _aliases.Names)
        {
            _aliases.TryGet(alias, out var target);
            var provider = _byName[target.Provider];
            models.Add(new ListedModel(alias, $"{target.Provider}/{target.Model}", provider.Find(target.Model) ?? provider.Provider.Describe(target.Model), IsAlias: true));
        }

        foreach (var provider in _providers)
        {
            foreach (var model in provider.Models)
            {
                var qualified = $"{provider.Provider.Name}/{model.Id}";
                models.Add(new ListedModel(MeansAlone(model.Id, provider) ? model.Id : qualified, qualified, model, IsAlias: false));
            }
        }

        return models;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers)
        {
            await provider.DisposeAsync();
        }
    }

    internal static string WithoutModelsPrefix(string id) => id.StartsWith(ModelsPrefix, StringComparison.Ordinal) ? id[ModelsPrefix.Length..] : id;

    private async ValueTask<ResolvedModel> OfAsync(string publicId, ProviderModels provider, string model, CancellationToken cancellationToken)
    {
        var known = await FindAsync(provider, model, cancellationToken);
        if (known is null && provider.Provider.ListsEverything)
        {
            throw await NotFoundAsync(publicId, cancellationToken);
        }

        return new ResolvedModel(publicId, provider.Provider, known ?? provider.Provider.Describe(model));
    }

    private static async ValueTask<ModelDescription?> FindAsync(ProviderModels provider, string model, CancellationToken cancellationToken)
    {
        await provider.EnsureAsync(cancellationToken);
        return provider.Find(model);
    }

    private async ValueTask EnsureAllAsync(CancellationToken cancellationToken)
    {
        // All at once: the slowest one bounds the wait, not their sum.
        List<Task>? waits = null;
        foreach (var provider in _providers)
        {
            var wait = provider.EnsureAsync(cancellationToken);
            if (!wait.IsCompletedSuccessfully)
            {
                (waits ??= []).Add(wait.AsTask());
            }
        }

        if (waits is not null)
        {
            await Task.WhenAll(waits);
        }
    }

    private ProviderModels? OwnerOf(string id)
    {
        foreach (var (prefix, owner) in _families)
        {
            if (id.StartsWith(prefix, StringComparison.Ordinal))
            {
                return owner;
            }
        }

        return null;
    }

    private ResolvedModel? Listed(string id)
    {
        ResolvedModel? first = null;
        List<string>? offers = null;
        foreach (var provider in _providers)
        {
            if (provider.Find(id) is not { } model)
            {
                continue;
            }

            var found = new ResolvedModel(id, provider.Provider, model);
            if (provider == _default)
            {
                return found;
            }

            if (first is null)
            {
                first = found;
            }
            else
            {
                (offers ??= [first.QualifiedId]).Add(found.QualifiedId);
            }
        }

        return offers is null
            ? first
            : throw new ApiException(ErrorCode.InvalidRequest, $"Several providers offer the model '{Excerpt.Of(id)}'. Write one of: {string.Join(", ", offers)}.", "model");
    }

    /// <summary>True when the bare id resolves to this provider's model, by the same order as <see cref="ResolveAsync"/>.</summary>
    private bool MeansAlone(string id, ProviderModels provider)
    {
        if (_aliases.TryGet(id, out _) || id.StartsWith(ModelsPrefix, StringComparison.Ordinal) || (id.IndexOf('/') is > 0 and var slash && _byName.ContainsKey(id[..slash])))
        {
            return false;
        }

        var listing = _providers.Where(p => p.Find(id) is not null).ToArray();
        return listing.Length == 1
            || (OwnerOf(id) is { } owner && listing.Contains(owner) ? owner == provider : provider == _default);
    }

    private async Task<ApiException> NotFoundAsync(string id, CancellationToken cancellationToken)
    {
        var known = await ListAsync(cancellationToken);
        var nearest = NearestName.Rank(id, known.Select(m => m.PublicId), count: 3);
        var hint = nearest.Count == 0
            ? "No provider lists any model now."
            : $"Nearest: {string.Join(", ", nearest)}. GET /v1/models lists all.";
        return new ApiException(ErrorCode.ModelNotFound, $"There is no model '{Excerpt.Of(id)}'. {hint}", "model");
    }

}
