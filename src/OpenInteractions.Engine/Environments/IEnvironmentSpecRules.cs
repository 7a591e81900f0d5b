using OpenInteractions.Contracts.Environments;

namespace OpenInteractions.Engine.Environments;

/// <summary>Says whether an environment could be made as it is asked for, without making it: for definitions of agents, whose environments are made later.</summary>
public interface IEnvironmentSpecRules
{
    /// <summary>Checks what does not depend on the project.</summary>
    /// <param name="spec">What is asked for.</param>
    /// <param name="field">Where that stands in the request, for errors.</param>
    /// <exception cref="ApiException">It cannot be made so; the error names the place and the remedy.</exception>
    void Check(EnvironmentSpec spec, string field);
}
