using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Findings;

/// <summary>How much a finding matters. Only failures make <c>fsp audit</c> exit with 1.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingLevel>))]
public enum FindingLevel
{
    /// <summary>Looked at, and as it should be.</summary>
    [JsonStringEnumMemberName("pass")]
    Pass,

    /// <summary>Worth knowing; nothing to mend.</summary>
    [JsonStringEnumMemberName("note")]
    Note,

    /// <summary>Could not be looked at; the message says why.</summary>
    [JsonStringEnumMemberName("unexamined")]
    Unexamined,

    /// <summary>Should be mended, and can be lived with.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Has to be mended.</summary>
    [JsonStringEnumMemberName("failure")]
    Failure,
}
