using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Tests.Audit.Handshakes;

/// <summary>The key schedule, against the traces that RFC 8448 publishes.</summary>
public sealed class KeyScheduleTests
{
    private const string TicketSecret = "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3";

    private static readonly HashAlgorithmName Hash = HashAlgorithmName.SHA256;

    [Fact]
    public void Derive_SimpleHandshake_GivesTheTracesSecrets()
    {
        var schedule = new KeySchedule(Hash, null);
        var transcript = Said(Rfc8448.ClientHello, Rfc8448.ServerHello);
        schedule.Advance(Convert.FromHexString("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d"));
        var client = schedule.Derive("c hs traffic", transcript.Hash(Hash));
        var server = schedule.Derive("s hs traffic", transcript.Hash(Hash));
        AssertHex("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", client);
        AssertHex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", server);
        AssertHex("3fce516009c21727d0f2e4e86ee403bc", schedule.ExpandLabel(server, "key", [], 16));
        AssertHex("5d313eb2671276ee13000b30", schedule.ExpandLabel(server, "iv", [], 12));

        Add(transcript, Rfc8448.EncryptedExtensions, Rfc8448.Certificate, Rfc8448.CertificateVerify);
        Assert.Equal(Rfc8448.ServerFinished.Body, schedule.Finished(server, transcript.Hash(Hash)));
        Add(transcript, Rfc8448.ServerFinished);
        Assert.Equal(Rfc8448.ClientFinished.Body, schedule.Finished(client, transcript.Hash(Hash)));

        schedule.Advance();
        AssertHex("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
            schedule.Derive("c ap traffic", transcript.Hash(Hash)));
        AssertHex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
            schedule.Derive("s ap traffic", transcript.Hash(Hash)));
        Add(transcript, Rfc8448.ClientFinished);
        var resumption = schedule.Derive("res master", transcript.Hash(Hash));
        AssertHex("7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c", resumption);
        AssertHex(TicketSecret, schedule.TicketSecret(resumption, [0, 0]));
    }

    [Fact]
    public void Bind_ResumedHandshake_GivesTheTracesBinderAndEarlySecret()
    {
        var schedule = new KeySchedule(Hash, Convert.FromHexString(TicketSecret));
        var unbound = Rfc8448.ResumedClientHello with { Body = [.. Rfc8448.ResumedClientHello.Body] };
        unbound.Body.AsSpan(unbound.Body.Length - schedule.Length).Clear();

        var bound = Tls13Hello.Bind(unbound, schedule, Hash, new Transcript());

        Assert.Equal(Rfc8448.ResumedClientHello.Body, bound.Body);
        AssertHex("3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62",
            schedule.Derive("c e traffic", Said(bound).Hash(Hash)));
    }

    [Fact]
    public void Fold_HelloRetryRequest_GivesTheTracesSecrets()
    {
        var transcript = Said(Rfc8448.RetriedClientHello);
        transcript.Fold(Hash);
        Add(transcript, Rfc8448.HelloRetryRequest, Rfc8448.SecondClientHello, Rfc8448.RetriedServerHello);
        var schedule = new KeySchedule(Hash, null);
        schedule.Advance(Convert.FromHexString("c142ce13ca11b5c2233652e63ad3d97844f1621fbfb9de69d547dc8fedeabeb4"));

        AssertHex("158aa7ab8855073582b41d674b4055cabcc534728f659314861b4e08e2011566",
            schedule.Derive("c hs traffic", transcript.Hash(Hash)));
        AssertHex("3403e781e2af7b6508da28574f6e95a1abf162de83a97927c37672a4a0cef8a1",
            schedule.Derive("s hs traffic", transcript.Hash(Hash)));
    }

    [Fact]
    public void ServerHello_OfTheRetryTrace_IsARetryRequestWithCookie()
    {
        var hello = ServerHello.Parse(Rfc8448.HelloRetryRequest.Body);
        var second = Rfc8448.SecondClientHello.Body;

        Assert.True(hello.IsRetryRequest);
        // The extension goes back as it came.
        var cookie = ClientExtensions.Cookie(hello.Find(ExtensionType.Cookie)!);
        Assert.True(second.AsSpan().IndexOf(cookie.Data) > 0);
    }

    [Fact]
    public void CertificateVerify_OfTheTrace_Holds()
    {
        var transcript = Said(Rfc8448.ClientHello, Rfc8448.ServerHello, Rfc8448.EncryptedExtensions, Rfc8448.Certificate);
        var content = HandshakeSignatures.CertificateVerifyContent(transcript.Hash(Hash));
        var (scheme, signature) = Tls13Handshake.ReadCertificateVerify(Rfc8448.CertificateVerify.Body);
        var certificate = CertificateMessage.Parse(Rfc8448.Certificate.Body, TlsVersion.Tls13).Certificates[0];
        var key = HandshakeSignatures.PublicKeyOf(certificate)!;

        Assert.True(HandshakeSignatures.Verify(key, scheme, content, signature));
        content[^1] ^= 1;
        Assert.False(HandshakeSignatures.Verify(key, scheme, content, signature));
    }

    [Fact]
    public void Parsers_TruncatedAnywhere_ThrowAsTheyShould()
    {
        AssertTruncations(Rfc8448.EncryptedExtensions, body => Tls13Handshake.ReadEncryptedExtensions(body));
        AssertTruncations(Rfc8448.CertificateVerify, body => Tls13Handshake.ReadCertificateVerify(body));
        AssertTruncations(Rfc8448.Certificate, body => CertificateMessage.Parse(body, TlsVersion.Tls13));
        AssertTruncations(Rfc8448.ServerHello, body => ServerHello.Parse(body), allowed: 38);
    }

    // A ServerHello without extensions is whole before TLS 1.3.
    private static void AssertTruncations(HandshakeMessage message, Action<byte[]> parse, int allowed = -1)
    {
        parse(message.Body);
        for (var length = 0; length < message.Body.Length; length++)
        {
            if (length != allowed)
                Assert.Throws<WireFormatException>(() => parse(message.Body[..length]));
        }
    }

    private static Transcript Said(params HandshakeMessage[] messages)
    {
        var transcript = new Transcript();
        Add(transcript, messages);
        return transcript;
    }

    private static void Add(Transcript transcript, params HandshakeMessage[] messages)
    {
        foreach (var message in messages)
            transcript.Add(message);
    }

    private static void AssertHex(string expected, byte[] actual) => Assert.Equal(expected, Convert.ToHexStringLower(actual));
}
