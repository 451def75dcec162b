using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Routing;

/// <summary>Loads the files that the connections to a service need, and checks them.</summary>
/// <param name="options">Names the files.</param>
/// <param name="pathOf">Where in the configuration each of the options' keys stands.</param>
/// <param name="context">Takes the problems.</param>
internal sealed class BackendLoader(BackendOptions options, Func<string, string> pathOf, ConfigurationContext context)
{
    /// <summary>For an entry of <c>Backends</c>.</summary>
    public BackendLoader(BackendOptions options, ConfigurationContext context)
        : this(options, key => $"Backends:{options.Cluster}:{key}", context)
    {
    }

    /// <summary>For a listener that relays.</summary>
    public static BackendLoader Of(string listener, RelayOptions relay, ConfigurationContext context) => new(
        new BackendOptions { Cluster = "", CaFile = relay.BackendCaFile, ConnectTimeout = relay.ConnectTimeout },
        key => $"Listeners:{listener}:Backend{key}",
        context);

    /// <summary>Loads the entry; what is wrong with it is reported, and then what it gives is not for use.</summary>
    public Backend Load() => new(options.ConnectTimeout, LoadAuthorities(), LoadClient());

    private X509Certificate2Collection? LoadAuthorities()
    {
        const string key = nameof(BackendOptions.CaFile);
        if (options.CaFile is not { } path || ReadCertificates(key, path) is not { Count: > 0 } authorities)
            return null;

        if (!authorities.Any(IsSelfIssued))
            Error(key, $"{path} holds no root certificate, so no service's certificate can be verified with it",
                "Add the root, whose subject and issuer are the same, to the file.");
        foreach (var authority in authorities)
            WarnUnlessValid(key, authority);
        return authorities;
    }

    private SslStreamCertificateContext? LoadClient()
    {
        const string key = nameof(BackendOptions.ClientCertificate);
        if (options is not { ClientCertificate: { } path, ClientKey: { } keyPath })
            return null;

        var chain = ReadCertificates(key, path);
        var pem = ReadKey(keyPath) ?? [];
        try
        {
            if (chain is not { Count: > 0 } || pem.Length == 0)
                return null;
            WarnUnlessValid(key, chain[0]);
            return Join(chain, pem, keyPath);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(pem.AsSpan()));
        }
    }

    private SslStreamCertificateContext? Join(X509Certificate2Collection chain, char[] pem, string keyPath)
    {
        const string key = nameof(BackendOptions.ClientKey);
        try
        {
            return SslStreamCertificateContext.Create(
                WithKey(chain[0], pem), [.. chain.Skip(1)], offline: true);
        }
        catch (NotSupportedException)
        {
            Error(nameof(BackendOptions.ClientCertificate), "its key is neither RSA nor ECDSA",
                "Use a certificate for one of the two.");
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            Error(key, $"{keyPath} is not the key of ClientCertificate, or is encrypted or damaged",
                "Name the PEM file of the key that the certificate was requested for; openssl pkey -in FILE takes a "
                + "passphrase off.");
        }
        return null;
    }

    private static X509Certificate2 WithKey(X509Certificate2 certificate, ReadOnlySpan<char> pem)
    {
        using var rsaKey = certificate.PublicKey.GetRSAPublicKey();
        if (rsaKey is not null)
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return certificate.CopyWithPrivateKey(rsa);
        }

        using var ecdsaKey = certificate.PublicKey.GetECDsaPublicKey() ?? throw new NotSupportedException();
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(pem);
        return certificate.CopyWithPrivateKey(ecdsa);
    }

    private X509Certificate2Collection? ReadCertificates(string key, string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            if (PemFile.Read(path, ownerOnly: false) is { } pem)
                certificates.ImportFromPem(pem);
            if (certificates.Count > 0)
                return certificates;

            Error(key, $"{path} holds no certificate",
                "Name a PEM file that starts with -----BEGIN CERTIFICATE-----.");
        }
        catch (CryptographicException)
        {
            Error(key, $"a certificate in {path} is damaged", "Copy the file again, whole.");
        }
        catch (IOException exception)
        {
            Error(key, $"{path} {exception.Message}", "Correct the path, or let the account of the proxy read the file.");
        }
        return null;
    }

    private char[]? ReadKey(string path)
    {
        const string key = nameof(BackendOptions.ClientKey);
        try
        {
            if (PemFile.Read(path, ownerOnly: true) is { } pem)
            {
                if (PemEncoding.TryFind(pem, out _))
                    return pem;
                Error(key, $"{path} holds no private key", "Name a PEM file that starts with -----BEGIN PRIVATE KEY-----.");
                return null;
            }

            Error(key, $"others than its owner can read or write {path}",
                $"Change that with: chmod 600 {path}, and replace the key if others may have read it.");
        }
        catch (IOException exception)
        {
            Error(key, $"{path} {exception.Message}", "Correct the path, or let the account of the proxy read the file.");
        }
        return null;
    }

    private void WarnUnlessValid(string key, X509Certificate2 certificate)
    {
        var now = DateTime.Now;
        if (now > certificate.NotAfter)
            Warn($"{certificate.Subject} expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
        else if (now < certificate.NotBefore)
            Warn($"{certificate.Subject} is not valid before {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd}");

        void Warn(string message) => context.Report(
            new ConfigurationProblem(pathOf(key), message, "Replace it: connections will fail.")
            {
                Severity = ConfigurationProblemSeverity.Warning,
            });
    }

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private void Error(string key, string message, string mend) =>
        context.Report(pathOf(key), message, mend);
}
