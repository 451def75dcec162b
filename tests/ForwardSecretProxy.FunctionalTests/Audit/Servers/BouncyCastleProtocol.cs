using Org.BouncyCastle.Tls;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>BouncyCastle's handshake, whose ServerHello leaves out what a trait says.</summary>
internal sealed class BouncyCastleProtocol(Stream stream, BouncyCastleTraits traits) : TlsServerProtocol(stream)
{
    /// <inheritdoc/>
    protected override ServerHello GenerateServerHello(ClientHello clientHello, HandshakeMessageInput clientHelloMessage)
    {
        var hello = base.GenerateServerHello(clientHello, clientHelloMessage);
        if (traits.IgnoresSecureRenegotiation)
            hello.Extensions.Remove(ExtensionType.renegotiation_info);
        return hello;
    }
}
