using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Observations;

/// <summary>What was learnt about a yes-or-no question. A question that stayed open is never taken for a no.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Answer>))]
public enum Answer
{
    /// <summary>Not asked, or the server's answer says nothing; <see cref="EndpointObservation.Gaps"/> has the reason.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>Observed not to be so.</summary>
    [JsonStringEnumMemberName("no")]
    No,

    /// <summary>Observed to be so.</summary>
    [JsonStringEnumMemberName("yes")]
    Yes,
}
