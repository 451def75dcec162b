using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Signing.Pins;

namespace ForwardSecretProxy.Acme;

/// <summary>A small file with a secret in it, which nobody but its owner may read.</summary>
internal static class SecretFile
{
    /// <summary>A P-384 key in PEM has some 300 bytes.</summary>
    private const int MaxBytes = 8 * 1024;

    /// <summary>Reads it with <paramref name="read"/>, after which nothing of it is left in memory here.</summary>
    /// <param name="path">The file.</param>
    /// <param name="meaning">What it is, for messages.</param>
    /// <param name="read">Makes something of the text.</param>
    /// <exception cref="AcmeException">It is missing, too large or open to others, or <paramref name="read"/> has no use for it.</exception>
    public static T Read<T>(string path, string meaning, Func<ReadOnlySpan<char>, T> read)
    {
        var bytes = new byte[MaxBytes + 1];
        var text = new char[MaxBytes + 1];
        try
        {
            using var file = File.OpenHandle(path);
            if (!OwnerOnly.Holds(file))
                throw new AcmeException($"{path}, {meaning}: others than its owner can read or write it. Change that with: chmod 600 {path}");
            var length = RandomAccess.Read(file, bytes, 0);
            if (length > MaxBytes) throw new AcmeException($"{path} is too large to be {meaning}");
            return read(text.AsSpan(0, Encoding.Latin1.GetChars(bytes, 0, length, text, 0)).Trim());
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or CryptographicException)
        {
            throw new AcmeException($"{path} does not hold {meaning}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new AcmeException($"{path}, {meaning}, cannot be read: {exception.Message.TrimEnd('.')}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(text);
        }
    }
}
