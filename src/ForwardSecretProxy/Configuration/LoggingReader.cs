namespace ForwardSecretProxy.Configuration;

/// <summary>Reads the <c>Logging</c> section: our keys beside those of Microsoft.Extensions.Logging.</summary>
internal static class LoggingReader
{
    /// <summary>Reads <paramref name="logging"/>.</summary>
    public static LoggingOptions Read(SectionReader logging, IConfiguration section)
    {
        // Theirs; levels for a category of any name, and for the console alone.
        logging.Foreign("LogLevel");
        logging.Foreign("Console");
        var options = new LoggingOptions
        {
            ClientAddresses = Parse<LoggedAddress>(logging.Choice("ClientAddresses", "none", "none", "truncated", "full")),
            Requests = Parse<LoggedRequest>(logging.Choice("Requests", "none", "none", "summary", "paths")),
            Format = Parse<LogFormat>(logging.Choice("Format", "text", "text", "json")),
            Target = Parse<LogTarget>(logging.Choice("Target", "stderr", "stderr", "journald")),
            Section = section,
        };
        logging.RejectUnknownKeys();
        return options;
    }

    private static T Parse<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word, ignoreCase: true);
}
