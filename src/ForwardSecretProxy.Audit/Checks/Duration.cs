using System.Globalization;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Lengths of time as people say them.</summary>
internal static class Duration
{
    /// <summary>Such as <c>90 seconds</c>, <c>5 minutes</c>, <c>24 hours</c>, <c>3 days</c>.</summary>
    public static string ToText(TimeSpan time) => time switch
    {
        { TotalSeconds: < 120 } => Count(time.TotalSeconds, "second"),
        { TotalMinutes: < 120 } => Count(time.TotalMinutes, "minute"),
        { TotalHours: <= 48 } => Count(time.TotalHours, "hour"),
        _ => Count(time.TotalDays, "day"),
    };

    /// <summary>The same for a number of seconds.</summary>
    public static string ToText(double seconds) => ToText(TimeSpan.FromSeconds(seconds));

    private static string Count(double number, string unit)
    {
        var text = number.ToString("0.#", CultureInfo.InvariantCulture);
        return text == "1" ? $"1 {unit}" : $"{text} {unit}s";
    }
}
