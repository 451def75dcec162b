using System.Security.Cryptography;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>The keys and certificates of the audited servers, good and bad, each made when it is first asked for.</summary>
public sealed class Identities : IDisposable
{
    /// <summary>The name that all servers are audited under.</summary>
    public const string Host = "audited.example.test";

    /// <summary>A name that some servers have another certificate for.</summary>
    public const string OtherHost = "other.example.test";

    private readonly TemporaryDirectory _directory = new();
    private readonly IssuingAuthority _authority = new();
    private readonly Dictionary<string, ServerIdentity> _made = [];
    private readonly Lock _lock = new();

    /// <summary>The root above all of them, in PEM.</summary>
    public string RootFile => Write("root.pem", _authority.Root);

    internal ServerIdentity Rsa => Get("rsa", NewRsa(2048), new());

    internal ServerIdentity Ecdsa => Get("ecdsa", NewEcdsa, new());

    internal ServerIdentity OtherName => Get("other-name", NewEcdsa, new() { Names = [OtherHost] });

    internal ServerIdentity Expired => Get("expired", NewEcdsa, new() { DaysLeft = -2 });

    internal ServerIdentity Sha1 => Get("sha1", NewEcdsa, new() { SignatureAlgorithm = "SHA1WITHRSA" });

    internal ServerIdentity Rsa1024 => Get("rsa-1024", NewRsa(1024), new());

    internal ServerIdentity Misordered => Get("misordered", NewEcdsa, new() { IsMisordered = true });

    internal ServerIdentity MustStaple => Get("must-staple", NewEcdsa, new() { MustStaple = true });

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    internal string Write(string name, string content)
    {
        lock (_lock)
            return _directory.Write(name, content);
    }

    private ServerIdentity Get(string name, Func<AsymmetricAlgorithm> newKey, CertificateTraits traits)
    {
        lock (_lock)
        {
            if (_made.TryGetValue(name, out var made))
                return made;
            using var key = newKey();
            var (leaf, issuers) = _authority.Issue(key.ExportSubjectPublicKeyInfo(), traits);
            return _made[name] = new ServerIdentity(
                Write(name + ".pem", leaf + issuers),
                Write(name + ".issuers", issuers),
                Write(name + ".key", key.ExportPkcs8PrivateKeyPem()));
        }
    }

    private static Func<AsymmetricAlgorithm> NewRsa(int bits) => () => RSA.Create(bits);

    private static ECDsa NewEcdsa() => ECDsa.Create(ECCurve.NamedCurves.nistP256);
}
