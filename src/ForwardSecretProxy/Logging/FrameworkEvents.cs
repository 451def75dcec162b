using System.Collections.Frozen;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Logging;

/// <summary>
/// What may be written of what the frameworks underneath log. Below warnings they write paths, headers and addresses,
/// so a lower level alone shows nothing of theirs: that takes <c>Requests</c> = <c>paths</c> and
/// <c>ClientAddresses</c> = <c>full</c> too. Of a warning only values of known meaning are filled in.
/// </summary>
internal static class FrameworkEvents
{
    private static readonly FrozenSet<string> HarmlessValues = new[]
    {
        "clusterId", "destinationId", "routeId", "error", "message", "headerName", "valueCount", "reactivationPeriod",
        "ConnectionId", "TraceIdentifier", "StreamId", "now", "heartbeatDuration", "interval",
        TemplateKey,
    }.ToFrozenSet(StringComparer.Ordinal);

    private const string TemplateKey = "{OriginalFormat}";

    /// <summary>Whether <paramref name="category"/> is not one of ours.</summary>
    public static bool Covers(string category) =>
        category != "fsp"
        && !category.StartsWith("fsp.", StringComparison.Ordinal)
        && !category.StartsWith("ForwardSecretProxy.", StringComparison.Ordinal);

    /// <summary>Whether an event of theirs at <paramref name="level"/> is written at all.</summary>
    public static bool AreWritten(LogLevel level, LoggingOptions options) =>
        level >= LogLevel.Warning || options.TellsEverything;

    /// <summary>
    /// The template in place of the message when a value in it is not known to be harmless, and none of the values;
    /// null when all may be written.
    /// </summary>
    public static string? TemplateInstead(IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        if (values is null)
            return "(withheld)";
        return values.All(value => HarmlessValues.Contains(value.Key))
            ? null
            : values.FirstOrDefault(value => value.Key == TemplateKey).Value as string ?? "(withheld)";
    }
}
