using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>One set of certificates that is served together, at most one of each key type.</summary>
/// <param name="Context">Holds the certificates and their keys.</param>
/// <param name="Pools">
/// Where a full handshake waits before it signs, in an order that is the same for all. Mostly one; libssl chooses
/// between RSA and ECDSA after the wait, so keys on two tokens need a session of both.
/// </param>
/// <param name="Speeds">How long the keys' signatures take.</param>
internal sealed record ServerCertificates(
    SslContextHandle Context, IReadOnlyList<ISigningPool> Pools, IReadOnlyList<SigningSpeed> Speeds)
{
    /// <summary>Whether all of its keys can be expected to sign.</summary>
    internal bool IsAvailable
    {
        get
        {
            foreach (var pool in Pools)
            {
                if (!pool.IsAvailable) return false;
            }

            return true;
        }
    }

    /// <summary>Whether a handshake that signs should leave the thread pool first.</summary>
    internal bool SignsSlowly
    {
        get
        {
            foreach (var speed in Speeds)
            {
                if (speed.IsSlow) return true;
            }

            return false;
        }
    }
}
