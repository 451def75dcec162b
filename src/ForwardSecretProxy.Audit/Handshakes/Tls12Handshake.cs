using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>A handshake of TLS 1.0 to 1.2 (RFC 5246 section 7.3), full or abbreviated; also a second one on a connection.</summary>
internal sealed class Tls12Handshake(TlsConnection connection, HandshakeOffer offer, TimeProvider clock)
{
    private const int VerifyDataLength = 12;

    private readonly HandshakeFlow _flow = new(connection);
    private ClientHello _hello = null!;
    private ServerHello _answer = null!;
    private HandshakeFacts _facts = null!;
    private SuiteCipher _cipher = null!;
    private PseudoRandomFunction _function = null!;
    private byte[] _master = null!;
    private byte[] _clientVerify = null!;
    private byte[] _serverVerify = null!;
    private NewSessionTicket? _ticket;

    private bool HasExtendedMasterSecret => _facts.Has(ExtensionType.ExtendedMasterSecret);

    /// <summary>Makes it, and leaves the connection ready for data.</summary>
    /// <exception cref="AlertReceivedException">The server refused.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="WireFormatException">The server sent what it may not.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        _hello = Hello();
        if (connection.Facts is not null)
            _flow.Version = connection.Facts.Version;
        await _flow.SendAsync(stop, _hello.Encode());
        _answer = ServerHello.Parse((await _flow.ExpectAsync(HandshakeType.ServerHello, stop)).Body);
        Begin();

        // An abbreviated handshake goes on with the end (RFC 5246 section 7.3, RFC 5077 section 3.1).
        var next = await _flow.NextAsync(stop);
        _facts = _facts with { IsResumed = next is TlsRecord or HandshakeMessage { Type: HandshakeType.NewSessionTicket } };
        if (_facts.IsResumed)
            await ResumeAsync(next, stop);
        else
            await GoOnAsync((HandshakeMessage)next, stop);
        Complete();
    }

    private ClientHello Hello()
    {
        var session = offer.Session;
        return new ClientHello
        {
            Version = offer.Version,
            // With a ticket any ID will do: the server sends it back when it resumes (RFC 5077 section 3.4).
            SessionId = session is null ? [] : session.Ticket is null ? session.SessionId : RandomNumberGenerator.GetBytes(32),
            Suites = [.. offer.Suites.Select(suite => suite.Code)],
            Extensions = [.. Extensions(session?.Ticket?.Ticket ?? [])],
        };
    }

    private IEnumerable<HelloExtension> Extensions(byte[] ticket)
    {
        if (offer.ServerName is { } name)
            yield return ClientExtensions.ServerName(name);
        yield return ClientExtensions.SupportedGroups(offer.Groups);
        yield return ClientExtensions.EcPointFormats();
        if (offer.Version >= TlsVersion.Tls12)
            yield return ClientExtensions.SignatureAlgorithms(offer.Schemes);
        if (offer.ApplicationProtocols.Count > 0)
            yield return ClientExtensions.ApplicationProtocols(offer.ApplicationProtocols);
        yield return ClientExtensions.StatusRequest();
        yield return ClientExtensions.SignedCertificateTimestamp();
        if (offer.EncryptThenMac)
            yield return ClientExtensions.EncryptThenMac();
        if (offer.ExtendedMasterSecret)
            yield return ClientExtensions.ExtendedMasterSecret();
        if (offer.Tickets || ticket.Length > 0)
            yield return ClientExtensions.SessionTicket(ticket);
        yield return ClientExtensions.RenegotiationInfo(connection.VerifyData?.Client ?? []);
    }

    private void Begin()
    {
        if (_answer.Version > offer.Version || _answer.Version < TlsVersion.Tls10)
            throw new WireFormatException($"it answers in {_answer.Version.ToText()}");
        var suite = offer.Suites.FirstOrDefault(suite => suite.Code == _answer.Suite)
            ?? throw new WireFormatException($"it chooses the suite 0x{_answer.Suite:X4}, which it was not offered");
        _cipher = SuiteCipher.Find(suite) ?? throw new WireFormatException($"it chooses {suite}, which cannot be computed with here");
        if (_answer.CompressionMethod != 0)
            throw new WireFormatException("it compresses, which it was not offered");
        _flow.Version = _answer.Version;
        _function = new PseudoRandomFunction(_answer.Version, _cipher.Hash);
        _facts = new HandshakeFacts
        {
            Version = _answer.Version,
            Suite = suite,
            SessionId = _answer.SessionId,
            Extensions = _answer.Extensions,
            ApplicationProtocol = HandshakeFlow.ReadApplicationProtocol(_answer.Extensions),
        };
        DemandSameConnection();
    }

    // RFC 5746 section 3.5: a second handshake is tied to the first by both sides' verify_data.
    private void DemandSameConnection()
    {
        if (connection.VerifyData is not { } before || _answer.Find(ExtensionType.RenegotiationInfo) is not { } info)
            return;
        var reader = new WireReader(info, "renegotiation_info");
        var tied = reader.Vector8();
        reader.End();
        byte[] both = [.. before.Client, .. before.Server];
        if (!tied.SequenceEqual(both))
            throw new WireFormatException("its second handshake is not tied to the first");
    }

    private async Task ResumeAsync(IIncoming next, CancellationToken stop)
    {
        if (offer.Session is not { } session || session.Suite.Code != _answer.Suite || session.Version != _answer.Version)
            throw new WireFormatException("it resumes a session that it was not offered");
        _master = session.Secret;
        var keys = Keys();
        await ReadEndAsync(next, keys, stop);
        await SendEndAsync(keys, stop);
    }

    private async Task GoOnAsync(HandshakeMessage message, CancellationToken stop)
    {
        var exchange = await ReadFlightAsync(message, stop);
        var clientExchange = exchange is not null ? Tls12KeyExchange.Answer(exchange)
            : _facts.Suite.KeyExchange == KeyExchange.Rsa && _facts.Certificate is { } certificate
                ? Tls12KeyExchange.Encrypt(certificate.Certificates[0], offer.Version)
                : throw new WireFormatException("it sends no key exchange");
        HandshakeMessage[] none = _facts.WantsClientCertificate
            ? [new HandshakeMessage(HandshakeType.Certificate, WireWriter.Build(body => body.Vector24([])))] : [];
        await _flow.SendAsync(stop, [.. none, new HandshakeMessage(HandshakeType.ClientKeyExchange, clientExchange.Message)]);

        // RFC 7627 section 4; RFC 5246 section 8.1.
        _master = HasExtendedMasterSecret
            ? _function.Derive(clientExchange.Premaster, "extended master secret", _function.Hash(_flow.Transcript), 48)
            : _function.Derive(clientExchange.Premaster, "master secret", [.. _hello.Random, .. _answer.Random], 48);
        var keys = Keys();
        await SendEndAsync(keys, stop);
        await ReadEndAsync(await _flow.NextAsync(stop), keys, stop);
    }

    private async Task<ServerKeyExchange?> ReadFlightAsync(HandshakeMessage message, CancellationToken stop)
    {
        ServerKeyExchange? exchange = null;
        for (; message.Type != HandshakeType.ServerHelloDone; message = await NextInFlightAsync(stop))
        {
            _flow.Transcript.Add(message);
            switch (message.Type)
            {
                case HandshakeType.Certificate when _facts.Certificate is null:
                    var certificate = CertificateMessage.Parse(message.Body, _facts.Version);
                    _facts = certificate.Certificates.Count > 0 ? _facts with { Certificate = certificate }
                        : throw new WireFormatException("its Certificate message has no certificate");
                    break;
                case HandshakeType.CertificateStatus:
                    _facts = _facts with { IsStapled = true };
                    break;
                case HandshakeType.ServerKeyExchange when exchange is null:
                    exchange = ServerKeyExchange.Parse(message.Body, _facts.Suite, _facts.Version);
                    Look(exchange);
                    break;
                case HandshakeType.CertificateRequest:
                    _facts = _facts with { WantsClientCertificate = true };
                    break;
                default:
                    throw new WireFormatException($"it sends handshake message {(int)message.Type} inside its first flight");
            }
        }

        _flow.Transcript.Add(message);
        return exchange;
    }

    private async Task<HandshakeMessage> NextInFlightAsync(CancellationToken stop) => await _flow.NextAsync(stop) as HandshakeMessage
        ?? throw new WireFormatException("it changes its keys inside its first flight");

    private void Look(ServerKeyExchange? exchange)
    {
        if (exchange is null)
            return;
        _facts = _facts with
        {
            Group = exchange.Group is { } group ? NamedGroups.Find(group) : null,
            ServerShare = exchange.Share,
            Signature = exchange.Signature is null || _facts.Certificate is null ? null : new HandshakeSignature(
                HandshakeSignatures.NameOf(exchange, _facts.Suite), exchange.Scheme, HandshakeSignatures.VerifyKeyExchange(
                    exchange, _facts.Certificate.Certificates[0], _hello.Random, _answer.Random)),
        };
    }

    private Tls12Keys Keys() => new(_cipher, _function, _master, _hello.Random, _answer.Random, _facts.Version,
        _facts.Has(ExtensionType.EncryptThenMac) && _cipher.Block is not null);

    private async Task SendEndAsync(Tls12Keys keys, CancellationToken stop)
    {
        await _flow.SendChangeCipherSpecAsync(stop);
        connection.Records.Writing = keys.Writing();
        _clientVerify = VerifyData("client finished");
        await _flow.SendAsync(stop, new HandshakeMessage(HandshakeType.Finished, _clientVerify));
    }

    private async Task ReadEndAsync(IIncoming next, Tls12Keys keys, CancellationToken stop)
    {
        if (next is HandshakeMessage { Type: HandshakeType.NewSessionTicket } message)
        {
            _flow.Transcript.Add(message);
            _ticket = NewSessionTicket.Parse(message.Body, _facts.Version);
            next = await _flow.NextAsync(stop);
        }

        if (next is not TlsRecord { Type: ContentType.ChangeCipherSpec })
            throw new WireFormatException("it does not change its keys where it has to");
        connection.Records.Reading = keys.Reading();
        _serverVerify = VerifyData("server finished");
        var finished = await _flow.NextAsync(stop) as HandshakeMessage ?? throw new WireFormatException("it changes its keys twice");
        _flow.Expect(finished, HandshakeType.Finished);
        if (!CryptographicOperations.FixedTimeEquals(finished.Body, _serverVerify))
            throw new WireFormatException("its Finished does not fit the handshake");
    }

    private byte[] VerifyData(string label) =>
        _function.Derive(_master, label, _function.Hash(_flow.Transcript), VerifyDataLength);

    private void Complete()
    {
        connection.Facts = _facts;
        connection.VerifyData = (_clientVerify, _serverVerify);
        var ticket = _ticket is { Ticket.Length: > 0 } ? _ticket : null;
        // The ID of a session that was resumed by its ticket was our own.
        var id = _facts.IsResumed && offer.Session!.Ticket is not null ? [] : _facts.SessionId;
        if (id.Length == 0 && ticket is null)
            return;
        connection.Add(new SavedSession(_facts.Version, _facts.Suite, _master, clock.GetUtcNow())
        {
            SessionId = id,
            Ticket = ticket,
            HasExtendedMasterSecret = HasExtendedMasterSecret,
        });
    }
}
