using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A SERVER-HELLO of SSL 2.0, as the protocol's specification of February 1995 lays it out.</summary>
internal static class Ssl2ServerHello
{
    /// <summary>SSL_CK_RC4_128_WITH_MD5 and SSL_CK_DES_192_EDE3_CBC_WITH_MD5.</summary>
    public static readonly byte[] CipherSpecs = [0x01, 0x00, 0x80, 0x07, 0x00, 0xc0];

    private const int ConnectionIdLength = 16;

    /// <summary>The record: 2 bytes of length, and the message.</summary>
    public static byte[] ToRecord(byte[] certificate)
    {
        byte[] message =
        [
            4, // MSG-SERVER-HELLO
            0, // no session to resume
            1, // an X.509 certificate
            0, 2, // SSL 2.0
            .. Number16(certificate.Length), .. Number16(CipherSpecs.Length), .. Number16(ConnectionIdLength),
            .. certificate, .. CipherSpecs, .. RandomNumberGenerator.GetBytes(ConnectionIdLength),
        ];
        return [.. Number16(0x8000 | message.Length), .. message];
    }

    private static byte[] Number16(int number) => [(byte)(number >> 8), (byte)number];
}
