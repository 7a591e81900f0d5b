using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Agents;

/// <summary>Registers agents: what they are, how they are defined, and what a run of one works by.</summary>
public static class AgentsFeature
{
    /// <summary>Adds the use cases.</summary>
    public static IServiceCollection AddAgents(this IServiceCollection services)
    {
        services.AddSingleton<AgentForms>();
        services.AddSingleton(s => new AgentRules(
            s.GetRequiredService<ToolKinds>(), s.GetRequiredService<StructuredOutput>(), s.GetRequiredService<AgentDirectory>(), s.GetService<IEnvironments>(), s.GetService<IEnvironmentSpecRules>()));
        services.AddSingleton(s => new CreateAgent(
            s.GetRequiredService<IAgentStore>(), s.GetRequiredService<AgentRules>(), s.GetRequiredService<AgentForms>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new ChangeAgent(
            s.GetRequiredService<IAgentStore>(), s.GetRequiredService<AgentRules>(), s.GetRequiredService<AgentForms>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new AgentDefinitions(s.GetRequiredService<IAgentStore>(), s.GetRequiredService<AgentForms>()));
        services.AddSingleton<AgentDirectory>();
        services.AddSingleton<AgentRequests>();
        services.AddSingleton<EnvironmentBinding>();
        return services;
    }
}
