namespace OpenInteractions.Server.Features;

/// <summary>Logs for a person at a terminal, or for a machine where <c>Logging:Console:FormatterName</c> says <c>json</c>.</summary>
internal static class LoggingFeature
{
    public static void AddServerLogging(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
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
