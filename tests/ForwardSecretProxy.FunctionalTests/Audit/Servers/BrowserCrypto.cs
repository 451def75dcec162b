using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Knows the groups that browsers do; BouncyCastle has two dozen more, from the smallest curve on.</summary>
internal class BrowserCrypto : BcTlsCrypto
{
    private static readonly int[] Groups = [NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1, NamedGroup.ffdhe2048];

    /// <inheritdoc/>
    public override bool HasNamedGroup(int namedGroup) => Array.IndexOf(Groups, namedGroup) >= 0;
}
