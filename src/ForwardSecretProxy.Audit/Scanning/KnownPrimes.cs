using ForwardSecretProxy.Audit.Registry;
using Org.BouncyCastle.Math;
using TlsDHUtilities = Org.BouncyCastle.Tls.TlsDHUtilities;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>The primes of RFC 7919's groups.</summary>
internal static class KnownPrimes
{
    private static readonly IReadOnlyList<(NamedGroup Group, BigInteger Prime)> All =
        [.. Usual.FiniteFields.Select(group => (group, TlsDHUtilities.GetNamedDHGroup(group.Code).P))];

    /// <summary>The group whose prime it is, or null.</summary>
    public static NamedGroup? Find(byte[] prime)
    {
        var number = new BigInteger(1, prime);
        return All.FirstOrDefault(each => each.Prime.Equals(number)).Group;
    }
}
