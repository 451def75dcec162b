using Microsoft.Extensions.Logging.Console;

namespace ForwardSecretProxy.Logging;

/// <summary>Where log lines go and which there are.</summary>
internal static class LoggingSetup
{
    /// <summary>
    /// One line each on stderr; stdout is for results. Of the frameworks underneath only warnings are shown; see
    /// <see cref="FrameworkEvents"/> for what a lower level changes about that.
    /// </summary>
    public static void AddStandardError(this ILoggingBuilder logging, LiveLogging live)
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Yarp", LogLevel.Warning);
        // It writes each failure with the whole exception, and requests with their paths; FailureLog says what matters.
        logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.None);
        logging.AddFilter("Yarp.ReverseProxy.LoadBalancing", LogLevel.None);
        // A failed probe with its whole exception; that a destination is taken for unhealthy is said beside it.
        logging.AddFilter("Yarp.ReverseProxy.Health.ActiveHealthCheckMonitor", LogLevel.Error);
        // It writes nothing but request lines, and makes a trace for each request as soon as it may write any.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddConfiguration(live.LevelSection);
        logging.AddConsole();
        logging.Services.AddSingleton(live);
        logging.Services.AddSingleton<ConsoleFormatter, LineFormatter>();
        // After the section: it may set levels for the console, but not another formatter, which would withhold nothing.
        logging.Services.PostConfigure<ConsoleLoggerOptions>(options =>
        {
            options.FormatterName = LineFormatter.FormatterName;
            options.LogToStandardErrorThreshold = LogLevel.Trace;
            // A reader of stderr that falls behind must not hold up requests; how many lines it missed is written.
            options.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    }
}
