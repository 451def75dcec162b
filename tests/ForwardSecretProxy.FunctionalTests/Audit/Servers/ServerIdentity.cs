using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A certificate with its key, in files.</summary>
/// <param name="ChainFile">The server's own certificate and those above it, in PEM.</param>
/// <param name="IssuersFile">The same without the server's own.</param>
/// <param name="KeyFile">PKCS#8 in PEM.</param>
internal sealed record ServerIdentity(string ChainFile, string IssuersFile, string KeyFile)
{
    /// <summary>The certificates in the order of the file, in DER.</summary>
    public IReadOnlyList<byte[]> ReadChain()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(ChainFile);
        return [.. chain.Select(certificate => certificate.RawData)];
    }

    /// <summary>The private key as BouncyCastle takes it.</summary>
    public AsymmetricKeyParameter ReadKey()
    {
        var pem = File.ReadAllText(KeyFile);
        var found = System.Security.Cryptography.PemEncoding.Find(pem);
        return PrivateKeyFactory.CreateKey(Convert.FromBase64String(pem[found.Base64Data]));
    }
}
