using System.Security.Cryptography;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Acme;

/// <summary>A small file with a secret in it, which nobody but its owner may read.</summary>
internal static class SecretFile
{
    /// <summary>Reads it with <paramref name="read"/>, after which nothing of it is left in memory here.</summary>
    /// <param name="path">The file.</param>
    /// <param name="meaning">What it is, for messages.</param>
    /// <param name="read">Makes something of the text.</param>
    /// <exception cref="AcmeException">It is missing, too large or open to others, or <paramref name="read"/> has no use for it.</exception>
    public static T Read<T>(string path, string meaning, Func<ReadOnlySpan<char>, T> read)
    {
        char[]? text = null;
        try
        {
            text = PemFile.Read(path, ownerOnly: true)
                ?? throw new AcmeException($"{path}, {meaning}: others than its owner can read or write it. Change that with: chmod 600 {path}");
            return read(text.AsSpan().Trim());
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or CryptographicException)
        {
            throw new AcmeException($"{path} does not hold {meaning}");
        }
        catch (IOException exception)
        {
            throw new AcmeException($"{path}, {meaning}, {exception.Message.TrimEnd('.')}");
        }
        finally
        {
            Array.Clear(text ?? []);
        }
    }
}
