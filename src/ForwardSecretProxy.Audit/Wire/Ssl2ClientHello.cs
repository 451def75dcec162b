namespace ForwardSecretProxy.Audit.Wire;

/// <summary>SSL 2.0's CLIENT-HELLO, with every cipher there was (The SSL Protocol, Netscape 1995, section C.2).</summary>
internal static class Ssl2ClientHello
{
    /// <summary>The record.</summary>
    /// <param name="challenge">16 to 32 random bytes.</param>
    public static byte[] Encode(ReadOnlySpan<byte> challenge)
    {
        var ciphers = WireWriter.Build(list =>
        {
            foreach (var code in Ssl2Ciphers.Codes)
                list.UInt24(code);
        });
        var message = new WireWriter().UInt8(1).UInt16(2).UInt16(ciphers.Length).UInt16(0).UInt16(challenge.Length)
            .Bytes(ciphers).Bytes(challenge).ToArray();
        // The highest bit says that the header has two bytes and no padding follows.
        return new WireWriter().UInt16(0x8000 | message.Length).Bytes(message).ToArray();
    }
}
