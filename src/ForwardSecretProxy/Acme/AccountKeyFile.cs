using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Acme;

/// <summary>An account's key in a file: PKCS #8 in PEM, mode 0600.</summary>
internal static class AccountKeyFile
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens the key in the file, and makes one on P-256 first when there is no file.</summary>
    /// <exception cref="AcmeException">There is something else in it, or others may read it.</exception>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static SoftwareSigner Open(string path)
    {
        if (!File.Exists(path)) Create(path);
        return SecretFile.Read(path, "an account's key (a private key on P-256 or P-384 in PEM)", static pem =>
        {
            var key = ECDsa.Create();
            try
            {
                key.ImportFromPem(pem);
                return new SoftwareSigner(key);
            }
            catch
            {
                key.Dispose();
                throw;
            }
        });
    }

    private static void Create(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n");
        AtomicFile.Write(path, pem, OwnersOnly);
        CryptographicOperations.ZeroMemory(pem);
    }
}
