using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Providers;

namespace OpenInteractions.Server.Features;

/// <summary>The server's life from start to end. What is wrong with the set-up is told in words that name what to change, and never as a trace.</summary>
internal static class StartFeature
{
    /// <summary>Builds the server and runs it until it is stopped.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunToEndAsync(Func<WebApplication> build)
    {
        try
        {
            await using var app = build();
            RequireRightSettings(app);
            app.Configuration.RequireFreePorts();
            app.Services.GetRequiredService<ApiKeyFile>().Read(); // what cannot be taken is told before anything is opened

            // Opened here, because the host would log the trace of what stands in its way. The keys are in it.
            app.Services.GetRequiredService<IInteractionStore>();
            await app.Services.GetRequiredService<ApiKeyWatch>().LoadAsync(CancellationToken.None);
            app.RequireSafeAddress();
            await StartAsync(app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception exception) when (exception is StartRefusedException or StoreUnavailableException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    /// <summary>
    /// What is found out only now, such as a certificate that cannot be read, is told in the framework's words but without its trace, which the host
    /// would log.
    /// </summary>
    private static async Task StartAsync(WebApplication app)
    {
        var log = app.Services.GetRequiredService<StartLog>();
        try
        {
            log.IsStarting = true;
            await app.StartAsync();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or NotSupportedException or CryptographicException or SocketException)
        {
            throw new StartRefusedException("The server cannot start: " + exception.Message.ReplaceLineEndings(" "));
        }
        finally
        {
            log.IsStarting = false;
        }
    }

    /// <summary>Checks all settings before anything is opened, so that all that is wrong is told at once and nothing was touched.</summary>
    private static void RequireRightSettings(WebApplication app)
    {
        List<string> problems = [.. app.Configuration.AuthProblems(), .. app.Configuration.AddressProblems(), .. Known(app).Problems(app.Configuration)];
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (Exception exception) when (exception is OptionsValidationException or AggregateException)
        {
            // One exception for each class of options, wrapped when there are several.
            var all = exception is AggregateException several ? several.InnerExceptions : [exception];
            problems.AddRange(all.OfType<OptionsValidationException>().SelectMany(e => e.Failures));
        }

        if (problems.Count > 0)
        {
            throw new StartRefusedException("The configuration is wrong:\n- " + string.Join("\n- ", problems));
        }
    }

    private static KnownSettings Known(WebApplication app)
    {
        var known = new KnownSettings("OpenInteractions");
        known.Add(SettingsFeature.DataDirectory);
        known.Add(WebServerFeature.AuthMode);
        known.Add(ProvidersOptions.Section, typeof(ProvidersOptions));
        foreach (var (section, type) in app.Services.GetServices<CheckedSection>())
        {
            known.Add(section, type);
        }

        return known;
    }
}
