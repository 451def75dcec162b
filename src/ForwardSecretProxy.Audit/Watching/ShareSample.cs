using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Watching;

/// <summary>A key share of the server's, which everybody on the way sees.</summary>
/// <param name="At">When it came.</param>
/// <param name="Version">The version.</param>
/// <param name="Group">The group's name, or <c>DHE-2048</c> and the like.</param>
/// <param name="Share">The first 32 bytes in hexadecimal, to show.</param>
/// <param name="Digest">SHA-256 of all of it in hexadecimal, to compare.</param>
internal sealed record ShareSample(DateTimeOffset At, TlsVersion Version, string Group, string Share, string Digest)
{
    private const int Shown = 32;

    /// <summary>The sample of a share.</summary>
    public static ShareSample Of(DateTimeOffset at, TlsVersion version, string group, byte[] share) => new(
        at, version, group, Convert.ToHexString(share.AsSpan(0, Math.Min(Shown, share.Length))),
        Convert.ToHexString(SHA256.HashData(share)));
}
