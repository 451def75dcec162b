using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// What a thief makes of a SoftHSM token's files and its PIN. The token never lets a key out, but its files can be
/// opened by a program of one's own, and this is that program: the tests of what a thief cannot do start from a
/// thief who really has the private key.
/// </summary>
internal sealed class StolenToken
{
    // CKO_PRIVATE_KEY, and the attributes of an RSA key (PKCS #11 v3.1 sections 4.2 and 6.1).
    private const ulong PrivateKeyClass = 3;
    private const ulong ClassAttribute = 0x000;
    private const ulong ModulusAttribute = 0x120;

    // CKA_OS_USERPIN: the token's own key, encrypted under the user's PIN.
    private const ulong UserPinAttribute = 0x8000534d;
    private const int BaseIterations = 1500;

    private readonly List<Dictionary<ulong, byte[]>> _objects = [];
    private readonly byte[] _tokenKey;

    /// <summary>Opens the only token below <paramref name="tokenDirectory"/>.</summary>
    public StolenToken(string tokenDirectory, string pin)
    {
        byte[]? wrapped = null;
        foreach (var file in Directory.EnumerateFiles(tokenDirectory, "*.object", SearchOption.AllDirectories))
        {
            var attributes = ReadObject(File.ReadAllBytes(file));
            if (Path.GetFileName(file) == "token.object")
                wrapped = attributes[UserPinAttribute];
            else
                _objects.Add(attributes);
        }

        _tokenKey = Unwrap(wrapped ?? throw new InvalidDataException("There is no token."), pin);
    }

    /// <summary>The first RSA private key on the token.</summary>
    public RSA RecoverRsaKey()
    {
        var key = _objects.First(candidate =>
            BinaryPrimitives.ReadUInt64BigEndian(candidate[ClassAttribute]) == PrivateKeyClass
            && candidate.ContainsKey(ModulusAttribute));
        byte[] Part(ulong attribute, int length)
        {
            var value = Decrypt(_tokenKey, key[attribute]).AsSpan().TrimStart((byte)0);
            var padded = new byte[length];
            value.CopyTo(padded.AsSpan(length - value.Length));
            return padded;
        }

        var bytes = Decrypt(_tokenKey, key[ModulusAttribute]).Length;
        return RSA.Create(new RSAParameters
        {
            Modulus = Part(ModulusAttribute, bytes),
            Exponent = Part(0x122, 3),
            D = Part(0x123, bytes),
            P = Part(0x124, bytes / 2),
            Q = Part(0x125, bytes / 2),
            DP = Part(0x126, bytes / 2),
            DQ = Part(0x127, bytes / 2),
            InverseQ = Part(0x128, bytes / 2),
        });
    }

    // Salt (8), IV (16), then "RJR" and the token's AES key, encrypted under a key that is hashed out of the PIN.
    private static byte[] Unwrap(byte[] wrapped, string pin)
    {
        var salt = wrapped.AsSpan(0, 8);
        var derived = SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(pin)]);
        for (var round = 1; round < BaseIterations + salt[^1]; round++)
            derived = SHA256.HashData(derived);
        var key = Decrypt(derived, wrapped.AsSpan(salt.Length));
        return key.AsSpan().StartsWith("RJR"u8) ? key[3..] : throw new InvalidDataException("The PIN is wrong.");
    }

    private static byte[] Decrypt(byte[] key, ReadOnlySpan<byte> value)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.DecryptCbc(value[16..], value[..16]);
    }

    // A generation number, then attributes: type, kind, value; all numbers are 64 bits wide, big-endian.
    private static Dictionary<ulong, byte[]> ReadObject(ReadOnlySpan<byte> file)
    {
        var attributes = new Dictionary<ulong, byte[]>();
        var rest = file[8..];
        while (!rest.IsEmpty)
        {
            var type = BinaryPrimitives.ReadUInt64BigEndian(rest);
            var kind = BinaryPrimitives.ReadUInt64BigEndian(rest[8..]);
            rest = rest[16..];
            var length = kind switch
            {
                1 => 1,
                2 => 8,
                3 or 4 => TakeLength(ref rest),
                5 => 8 * TakeLength(ref rest),
                _ => throw new InvalidDataException($"The token has an attribute of the unknown kind {kind}."),
            };
            attributes[type] = rest[..length].ToArray();
            rest = rest[length..];
        }

        return attributes;
    }

    private static int TakeLength(ref ReadOnlySpan<byte> rest)
    {
        var length = checked((int)BinaryPrimitives.ReadUInt64BigEndian(rest));
        rest = rest[8..];
        return length;
    }
}
