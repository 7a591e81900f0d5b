using Xunit.Abstractions;
using Xunit.Sdk;

namespace OpenInteractions.Testing;

/// <summary>Turns <see cref="RuleAttribute"/> into the trait <c>Rule</c>; xunit creates it by the name given on the attribute.</summary>
public sealed class RuleDiscoverer : ITraitDiscoverer
{
    public const string TraitName = "Rule";

    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute)
    {
        ArgumentNullException.ThrowIfNull(traitAttribute);
        yield return new(TraitName, (string)traitAttribute.GetConstructorArguments().Single());
    }
}
