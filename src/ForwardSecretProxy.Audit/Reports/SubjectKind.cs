using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>What was audited.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SubjectKind>))]
public enum SubjectKind
{
    /// <summary>A live server.</summary>
    [JsonStringEnumMemberName("endpoint")]
    Endpoint,

    /// <summary>A configuration file.</summary>
    [JsonStringEnumMemberName("configuration")]
    Configuration,
}
