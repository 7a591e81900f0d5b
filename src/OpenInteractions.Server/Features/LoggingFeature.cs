namespace OpenInteractions.Server.Features;

/// <summary>Logs for a person at a terminal, or for a machine where <c>Logging:Console:FormatterName</c> says <c>json</c>.</summary>
internal static class LoggingFeature
{
    public static void AddServerLogging(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders().AddConsole();
        if (!string.IsNullOrEmpty(builder.Configuration["Logging:Console:FormatterName"]))
        {
            return; // the operator's choice, which AddSimpleConsole would overrule
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
        });
    }
}
