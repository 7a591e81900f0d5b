using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Tools.Tests.Mcp;

namespace OpenInteractions.Tools.Tests.Engines;

/// <summary>What the server has ready for every tool that asks an engine.</summary>
internal static class EngineServices
{
    /// <param name="section">Where the tool's settings stand.</param>
    /// <param name="settings">The settings that a test gives.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Takes what is logged.</param>
    public static IServiceCollection Of(string section, (string Name, string Value)[] settings, TimeProvider time, LogLines log)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"{section}:{s.Name}", (string?)s.Value))).Build());
        services.AddSingleton(Options.Create(new OutboundOptions())).AddOutboundGuard();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        services.AddSingleton(time);
        services.AddSingleton<ISignatureEnvelope>(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize]));
        return services.AddSingleton<SealedReadings>();
    }

    /// <summary>What is wrong with the settings.</summary>
    public static IReadOnlyList<string> ProblemsOf<TOptions>(this IServiceProvider services)
        where TOptions : class
    {
        try
        {
            _ = services.GetRequiredService<IOptions<TOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
    }

    /// <summary>What the model reads of a result.</summary>
    public static ToolReading ReadingOf(this IServiceProvider services, Contracts.Steps.Step result) => services.GetRequiredService<SealedReadings>().Open("project", result)!;
}
