using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>Sessions that the server keeps to resume them by their ID (RFC 5246 section 7.3).</summary>
/// <param name="Kind">Where.</param>
/// <param name="Timeout">How long one can be resumed; null when that is not known.</param>
public sealed record SessionCacheObservation(Setting<SessionCacheKind> Kind, Setting<TimeSpan?> Timeout);

/// <summary>Where sessions are kept, with the secrets that open them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SessionCacheKind>))]
public enum SessionCacheKind
{
    /// <summary>Nowhere.</summary>
    [JsonStringEnumMemberName("off")]
    Off,

    /// <summary>In the server's memory.</summary>
    [JsonStringEnumMemberName("memory")]
    Memory,

    /// <summary>In a file, in which deleted entries can outlast their time.</summary>
    [JsonStringEnumMemberName("disk")]
    Disk,

    /// <summary>In another server, or in what the reader does not know.</summary>
    [JsonStringEnumMemberName("elsewhere")]
    Elsewhere,
}
