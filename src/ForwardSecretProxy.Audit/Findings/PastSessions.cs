using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Findings;

/// <summary>
/// What a finding means for sessions that were recorded, once somebody has the secrets that the server keeps for long.
/// In the order of how bad it is.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<PastSessions>))]
public enum PastSessions
{
    /// <summary>They stay closed.</summary>
    [JsonStringEnumMemberName("closed")]
    Closed,

    /// <summary>They stay closed but for those of a last while, whose length is known and whose secrets are in memory only.</summary>
    [JsonStringEnumMemberName("closed-but-recent")]
    ClosedButRecent,

    /// <summary>It depends on what cannot be seen from outside.</summary>
    [JsonStringEnumMemberName("may-be-open")]
    MayBeOpen,

    /// <summary>Those of some clients are open: of such as offer nothing better.</summary>
    [JsonStringEnumMemberName("some-are-open")]
    SomeAreOpen,

    /// <summary>They are open.</summary>
    [JsonStringEnumMemberName("open")]
    Open,
}
