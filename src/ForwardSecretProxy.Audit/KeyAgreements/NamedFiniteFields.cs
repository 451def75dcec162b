using ForwardSecretProxy.Audit.Registry;
using Org.BouncyCastle.Math;
using TlsDHUtilities = Org.BouncyCastle.Tls.TlsDHUtilities;

namespace ForwardSecretProxy.Audit.KeyAgreements;

/// <summary>The primes and generators of RFC 7919's groups.</summary>
internal static class NamedFiniteFields
{
    private static readonly IReadOnlyList<(NamedGroup Group, BigInteger Prime, BigInteger Generator)> All =
    [
        .. from candidate in NamedGroups.All
           where candidate.Kind == NamedGroupKind.FiniteField
           let field = TlsDHUtilities.GetNamedDHGroup(candidate.Code)
           select (candidate, field.P, field.G),
    ];

    /// <summary>What a group computes with, or null for one that is no finite field.</summary>
    public static (BigInteger Prime, BigInteger Generator)? Find(NamedGroup group)
    {
        foreach (var (each, prime, generator) in All)
        {
            if (each == group)
                return (prime, generator);
        }

        return null;
    }

    /// <summary>The group whose prime it is, or null.</summary>
    public static NamedGroup? Find(byte[] prime)
    {
        var number = new BigInteger(1, prime);
        return All.FirstOrDefault(each => each.Prime.Equals(number)).Group;
    }
}
