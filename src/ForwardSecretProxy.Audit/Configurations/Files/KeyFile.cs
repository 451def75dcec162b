using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Audit.Findings;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X9;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>Looks into what a configuration names as a certificate's private key, without keeping anything of it.</summary>
internal static class KeyFile
{
    private const int Largest = 1024 * 1024;

    /// <summary>What <paramref name="name"/> is: a PKCS#11 URI, another scheme, a variable, or a file.</summary>
    /// <param name="name">As it is written.</param>
    /// <param name="path">The same as an absolute path, in case it is a file.</param>
    /// <param name="location">Where it is written.</param>
    /// <param name="hasPassword">Whether a password for it stands in the configuration or in a file.</param>
    public static KeyObservation Observe(string name, string path, SourceLocation location, bool hasPassword = false)
    {
        if (name.Contains("pkcs11:", StringComparison.OrdinalIgnoreCase))
            return new KeyObservation(WithoutPin(name), KeyStorage.Pkcs11, location);
        if (name.StartsWith("engine:", StringComparison.Ordinal) || name.StartsWith("store:", StringComparison.Ordinal))
            return new KeyObservation(name, KeyStorage.Engine, location);
        if (name.Contains('$', StringComparison.Ordinal))
        {
            return new KeyObservation(name, KeyStorage.Unseen, location)
            {
                Remark = "its name has a variable in it, which is known only while the server runs",
            };
        }
        return ObserveFile(path, location, hasPassword)
            ?? new KeyObservation(path, KeyStorage.Unseen, location) { Remark = "there is no private key in it" };
    }

    /// <summary>What the file holds; null when it holds no private key.</summary>
    public static KeyObservation? ObserveFile(string path, SourceLocation location, bool hasPassword)
    {
        byte[] content = [];
        try
        {
            content = BoundedFile.Read(path, Largest);
            return PemBlock.Read(Encoding.Latin1.GetString(content))
                .Select(block => Observe(block, path, location, hasPassword)).FirstOrDefault(key => key is not null);
        }
        catch (IOException exception)
        {
            return new KeyObservation(path, KeyStorage.Unseen, location) { Remark = exception.Message };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static KeyObservation? Observe(PemBlock block, string path, SourceLocation location, bool hasPassword)
    {
        var encrypted = hasPassword ? KeyStorage.EncryptedFileWithPassword : KeyStorage.EncryptedFile;
        KeyStorage? storage = block.Label switch
        {
            "ENCRYPTED PRIVATE KEY" => encrypted,
            // pkcs11-provider's stand-in for a key on a token: it holds nothing but the URI.
            "PKCS#11 PROVIDER URI" => KeyStorage.Pkcs11,
            "TSS2 PRIVATE KEY" or "TSS PRIVATE KEY" => KeyStorage.Engine,
            _ when block.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal) =>
                block.IsEncrypted ? encrypted : KeyStorage.PlainFile,
            _ => null,
        };
        if (storage is null) return null;

        var permissions = BoundedFile.Permissions(path);
        return new KeyObservation(path, storage.Value, location)
        {
            Algorithm = AlgorithmOf(block),
            Mode = permissions?.Mode,
            IsWorldReadable = permissions?.IsWorldReadable ?? false,
        };
    }

    private static string? AlgorithmOf(PemBlock block) => block.Label switch
    {
        "RSA PRIVATE KEY" => "RSA",
        "EC PRIVATE KEY" => "EC",
        "DSA PRIVATE KEY" => "DSA",
        "PRIVATE KEY" => AlgorithmOf(block.Decode()),
        _ => null,
    };

    private static string? AlgorithmOf(byte[] pkcs8)
    {
        try
        {
            var algorithm = PrivateKeyInfo.GetInstance(pkcs8).PrivateKeyAlgorithm.Algorithm;
            return algorithm.Equals(PkcsObjectIdentifiers.RsaEncryption) || algorithm.Equals(PkcsObjectIdentifiers.IdRsassaPss) ? "RSA"
                : algorithm.Equals(X9ObjectIdentifiers.IdECPublicKey) ? "EC"
                : algorithm.Id;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException
            or InvalidCastException or InvalidOperationException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    // RFC 7512 section 2.4: a PIN can stand among the query attributes, and some write it among the others.
    private static string WithoutPin(string uri)
    {
        var path = uri.Split('?')[0];
        return string.Join(';', path.Split(';').Where(part => !part.Contains("pin-", StringComparison.OrdinalIgnoreCase)));
    }
}
