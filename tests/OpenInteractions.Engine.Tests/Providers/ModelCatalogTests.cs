using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Providers;

public sealed class ModelCatalogTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly ModelCatalogOptions _options = new();
    private readonly List<ModelCatalog> _catalogs = [];

    private readonly ListedProvider _vendor = new("openai", "gpt-4o", "gpt-5") { FamilyPrefixes = ["gpt-"] };
    private readonly ListedProvider _local = new("ollama", "llama3", "gpt-oss:20b", "org/model");
    private readonly ListedProvider _demo = new("demo", "demo") { FamilyPrefixes = ["demo"] };

    [Theory]
    [InlineData("demo/")]
    [InlineData("demo/other")]
    [InlineData("demo:generateContent")]
    [InlineData("demo-2")]
    [InlineData("fixed")]
    public async Task A_provider_that_lists_everything_has_no_other_models(string id)
    {
        _options.Aliases["fixed"] = "demo/other";
        var demo = new ListedProvider("demo", "demo") { FamilyPrefixes = ["demo"], ListsEverything = true };
        var catalog = Catalog(_vendor, demo);

        var refused = await Assert.ThrowsAsync<ApiException>(() => catalog.ResolveAsync(id, default).AsTask());

        Assert.Equal(ErrorCode.ModelNotFound, refused.Code);
        Assert.Equal("demo", (await catalog.ResolveAsync("demo/demo", default)).Model.Id);
    }

    [Theory]
    [InlineData("gpt-4o", "openai", "gpt-4o")]
    [InlineData("models/gpt-4o", "openai", "gpt-4o")]
    [InlineData("llama3", "ollama", "llama3")]
    [InlineData("ollama/llama3", "ollama", "llama3")]
    [InlineData("ollama/never-heard-of", "ollama", "never-heard-of")]
    [InlineData("models/ollama/llama3", "ollama", "llama3")]
    [InlineData("ollama/models/llama3", "ollama", "llama3")]
    [InlineData("org/model", "ollama", "org/model")]
    [InlineData("ollama/org/model", "ollama", "org/model")]
    [InlineData("gpt-oss:20b", "ollama", "gpt-oss:20b")]
    [InlineData("gpt-99", "openai", "gpt-99")]
    [InlineData("demo", "demo", "demo")]
    [InlineData("fast", "ollama", "llama3")]
    [InlineData("gemini-3.8-flash", "demo", "demo")]
    public async Task An_id_is_resolved_in_the_order_of_the_design(string id, string provider, string model)
    {
        _options.Aliases["fast"] = "ollama/llama3";
        _options.Aliases["gemini-3.8-flash"] = "smart";
        _options.Aliases["smart"] = "demo/demo";

        var resolved = await Catalog(_vendor, _local, _demo).ResolveAsync(id, default);

        Assert.Equal((provider, model), (resolved.Provider.Name, resolved.Model.Id));
        Assert.Equal(id.StartsWith("models/", StringComparison.Ordinal) ? id[7..] : id, resolved.PublicId);
    }

    [Fact]
    public async Task An_alias_wins_over_a_listed_model()
    {
        _options.Aliases["gpt-4o"] = "ollama/llama3";

        Assert.Equal("ollama/llama3", (await Catalog(_vendor, _local).ResolveAsync("gpt-4o", default)).QualifiedId);
    }

    [Fact]
    public async Task A_qualified_id_wins_over_a_listed_model_of_the_same_spelling()
    {
        var gateway = new ListedProvider("gateway", "openai/gpt-4o");

        Assert.Equal("openai/gpt-4o", (await Catalog(gateway, _vendor).ResolveAsync("openai/gpt-4o", default)).QualifiedId);
        Assert.Equal("gateway/openai/gpt-4o", (await Catalog(gateway, _vendor).ResolveAsync("gateway/openai/gpt-4o", default)).QualifiedId);
    }

    [Fact]
    public async Task The_longest_family_prefix_decides()
    {
        var oss = new ListedProvider("oss") { FamilyPrefixes = ["gpt-oss"] };

        Assert.Equal("oss", (await Catalog(_vendor, oss).ResolveAsync("gpt-oss-9", default)).Provider.Name);
    }

    [Fact]
    public async Task The_default_provider_takes_what_nothing_else_claims()
    {
        _options.DefaultProvider = "ollama";

        Assert.Equal("ollama/qwen3", (await Catalog(_vendor, _local).ResolveAsync("qwen3", default)).QualifiedId);
    }

    [Fact]
    public async Task A_listed_model_is_described_by_the_list_and_another_by_its_id()
    {
        var catalog = Catalog(_local);

        Assert.Equal("listed", (await catalog.ResolveAsync("ollama/llama3", default)).Model.DisplayName);
        Assert.Null((await catalog.ResolveAsync("ollama/other", default)).Model.DisplayName);
    }

    [Fact]
    public async Task An_unknown_id_is_answered_with_the_nearest_ones()
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(async () => await Catalog(_vendor, _local, _demo).ResolveAsync("lama-3", default));

        Assert.Equal(ErrorCode.ModelNotFound, refusal.Code);
        Assert.Equal("model", refusal.Field);
        Assert.StartsWith("There is no model 'lama-3'. Nearest: llama3, ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("models/")]
    [InlineData("/")]
    [InlineData("openai/")]
    [InlineData("/gpt-4o")]
    [InlineData("nobody/gpt-4o")]
    public async Task An_id_without_a_model_or_with_an_unknown_provider_is_not_found(string id)
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(async () => await Catalog(_vendor, _local).ResolveAsync(id, default));

        Assert.Equal(ErrorCode.ModelNotFound, refusal.Code);
    }

    [Fact]
    public async Task A_very_long_id_is_refused_without_being_repeated_whole()
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(async () => await Catalog(_local).ResolveAsync(new string('x', 1_000_000), default));

        Assert.True(refusal.Message.Length < 500, refusal.Message);
    }

    [Fact]
    public async Task A_bare_id_that_several_providers_offer_is_refused_by_naming_them()
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(async () => await Catalog(new ListedProvider("a", "mix"), new ListedProvider("b", "mix")).ResolveAsync("mix", default));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
        Assert.Contains("a/mix, b/mix", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_owner_of_the_family_wins_over_others_that_offer_the_same_id()
    {
        Assert.Equal("openai", (await Catalog(new ListedProvider("gateway", "gpt-4o"), _vendor).ResolveAsync("gpt-4o", default)).Provider.Name);
    }

    [Fact]
    public async Task The_default_provider_wins_over_others_that_offer_the_same_id()
    {
        _options.DefaultProvider = "b";

        Assert.Equal("b", (await Catalog(new ListedProvider("a", "mix"), new ListedProvider("b", "mix")).ResolveAsync("mix", default)).Provider.Name);
    }

    [Fact]
    public async Task The_list_names_aliases_bare_ids_where_they_are_unambiguous_and_qualified_ids_elsewhere()
    {
        _options.Aliases["fast"] = "a/mix";
        var catalog = Catalog(new ListedProvider("a", "mix", "only-a"), new ListedProvider("b", "mix"), _demo);

        var listed = await catalog.ListAsync(default);

        Assert.Equal(["fast", "a/mix", "only-a", "b/mix", "demo"], listed.Select(m => m.PublicId));
        Assert.Equal(["a/mix", "a/mix", "a/only-a", "b/mix", "demo/demo"], listed.Select(m => m.QualifiedId));
        foreach (var model in listed)
        {
            Assert.Equal(model.QualifiedId, (await catalog.ResolveAsync(model.PublicId, default)).QualifiedId);
            Assert.Equal(model.QualifiedId, (await catalog.ResolveAsync(model.QualifiedId, default)).QualifiedId);
        }
    }

    [Theory]
    [InlineData("a", "b", "b", "a", "leads back")]
    [InlineData("a", "a", "b", "x/y", "leads back")]
    [InlineData("a", "nobody/model", "b", "ollama/x", "no provider 'nobody'")]
    [InlineData("a", "llama3", "b", "ollama/x", "neither 'provider/model' nor another alias")]
    [InlineData("models/a", "ollama/x", "b", "ollama/x", "without 'models/'")]
    public void Wrong_aliases_are_named_by_their_setting(string first, string firstTarget, string second, string secondTarget, string problem)
    {
        _options.Aliases[first] = firstTarget;
        _options.Aliases[second] = secondTarget;

        var problems = ModelCatalog.Problems(_options, ["ollama"]);

        Assert.Contains(problems, p => p.StartsWith($"OpenInteractions:Models:Aliases:{first}:", StringComparison.Ordinal) && p.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        _options.Aliases["a"] = "x";
        _options.Aliases["b"] = "y/z";
        _options.DefaultProvider = "w";

        Assert.Equal(3, ModelCatalog.Problems(_options, ["ollama"]).Count);
    }

    private ModelCatalog Catalog(params IModelProvider[] providers)
    {
        var catalog = new ModelCatalog(providers, Options.Create(_options), _time, NullLogger<ModelCatalog>.Instance);
        _catalogs.Add(catalog);
        return catalog;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var catalog in _catalogs)
        {
            await catalog.DisposeAsync();
        }
    }
}
