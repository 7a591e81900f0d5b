namespace OpenInteractions.Server.Features;

/// <summary>Keeps the host from logging the trace of a start that fails: what went wrong is printed in one line.</summary>
internal sealed class StartLog
{
    /// <summary>Who logs it.</summary>
    public static readonly string[] Categories = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];

    public volatile bool IsStarting;
}

/// <summary>Logs for a person at a terminal, or for a machine where <c>Logging:Console:FormatterName</c> says <c>json</c>.</summary>
internal static class LoggingFeature
{
    public static void AddServerLogging(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        var start = new StartLog();
        builder.Services.AddSingleton(start);
        foreach (var category in StartLog.Categories)
        {
            builder.Logging.AddFilter(category, level => !start.IsStarting && level >= LogLevel.Warning);
        }

        if (builder.Configuration["Logging:Console:FormatterName"] is { Length: > 0 } chosen)
        {
            // Said again, because the host has set its own formatter after it read the configuration.
            builder.Logging.AddConsole(console => console.FormatterName = chosen);
            return;
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
        });
    }
}
