using System.Globalization;
using ForwardSecretProxy.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ForwardSecretProxy.Logging;

/// <summary>Writes an event as one line, text or JSON, and leaves out what the settings do not allow.</summary>
internal sealed class LineFormatter(LiveLogging live) : ConsoleFormatter(FormatterName)
{
    /// <summary>By which the console finds it.</summary>
    public const string FormatterName = "fsp";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var options = live.Current;
        var foreign = FrameworkEvents.Covers(logEntry.Category);
        if (foreign && !FrameworkEvents.AreWritten(logEntry.LogLevel, options))
            return;

        var values = logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>;
        var template = foreign && !options.TellsEverything ? FrameworkEvents.TemplateInstead(values) : null;
        var line = new LogLine(
            DateTime.UtcNow.ToString(TimeFormat, CultureInfo.InvariantCulture),
            logEntry.LogLevel,
            logEntry.Category,
            logEntry.EventId,
            template ?? logEntry.Formatter(logEntry.State, null),
            template is null ? values ?? [] : [],
            logEntry.Exception is null ? null : ExceptionText.Describe(logEntry.Exception, options.TellsEverything));

        if (options.Target == LogTarget.Journald)
            textWriter.Write($"<{Priority(logEntry.LogLevel)}>");
        if (options.Format == LogFormat.Json)
            textWriter.WriteLine(line.ToJson());
        else
            line.WriteText(textWriter, withTime: options.Target == LogTarget.Stderr);
    }

    // syslog(3), as sd-daemon(3) wants it.
    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };
}
