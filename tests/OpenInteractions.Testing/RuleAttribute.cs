using Xunit.Sdk;

namespace OpenInteractions.Testing;

/// <summary>
/// Names a rule of <c>docs/conformance/rules.json</c> that a test holds, or that every test of a class holds:
/// <c>[Rule("ST-3")]</c>. It is an xunit trait, so <c>dotnet test --filter Rule=ST-3</c> runs the tests of one rule.
/// </summary>
[TraitDiscoverer("OpenInteractions.Testing." + nameof(RuleDiscoverer), "OpenInteractions.Testing")]
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RuleAttribute(string id) : Attribute, ITraitAttribute
{
    public string Id { get; } = id;
}
