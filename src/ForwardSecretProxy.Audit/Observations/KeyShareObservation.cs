using System.Text.Json.Serialization;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Observations;

/// <summary>The server's key shares over a number of handshakes in one version and group. All of them should differ.</summary>
/// <param name="Version">The version.</param>
/// <param name="Group">The group's name, or <c>DHE-2048</c> and the like for parameters of the server's own.</param>
/// <param name="Samples">How many handshakes showed a share.</param>
public sealed record KeyShareObservation(TlsVersion Version, string Group, int Samples)
{
    /// <summary>The shares that came more than once, the most frequent first.</summary>
    public IReadOnlyList<RepeatedKeyShare> Repeated { get; init; } = [];

    /// <summary>How many different shares there were.</summary>
    [JsonIgnore]
    public int Distinct => Samples - Repeated.Sum(share => share.Times - 1);
}
