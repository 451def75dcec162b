using Microsoft.Extensions.Logging.Console;

namespace ForwardSecretProxy.Hosting;

/// <summary>Where log lines go and which there are.</summary>
internal static class LoggingSetup
{
    /// <summary>
    /// One line each on stderr, with UTC time; stdout is for results. Of the frameworks underneath only warnings are
    /// shown, because below that they write request paths and client addresses; the <c>Logging</c> section can lower
    /// that knowingly.
    /// </summary>
    public static void AddStandardError(this ILoggingBuilder logging, IConfiguration section)
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Yarp", LogLevel.Warning);
        // It writes nothing but request lines, and makes a trace for each request as soon as it may write any.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddConfiguration(section);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = ShowColour() ? LoggerColorBehavior.Enabled : LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(options =>
            options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    // The formatter's own choice looks at stdout, which is not where it writes here.
    private static bool ShowColour() =>
        !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
