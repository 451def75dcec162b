using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>One difference.</summary>
/// <param name="Subject">The <see cref="AuditedSubject.Name"/>.</param>
/// <param name="IsWorse">Whether it makes things worse; null when it is neither.</param>
/// <param name="Message">What changed.</param>
public sealed record BaselineChange(string Subject, bool? IsWorse, string Message)
{
    /// <summary>The same in a word.</summary>
    [JsonIgnore]
    public string Direction => IsWorse switch { true => "worse", false => "better", null => "changed" };
}
