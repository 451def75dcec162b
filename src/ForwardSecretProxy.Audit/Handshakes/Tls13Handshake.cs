using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>A handshake of TLS 1.3 (RFC 8446 section 2), full or resumed.</summary>
internal sealed class Tls13Handshake(TlsConnection connection, HandshakeOffer offer, TimeProvider clock)
{
    private readonly HandshakeFlow _flow = new(connection);
    private readonly Tls13Hello _hello = new(offer, clock);
    private HandshakeFacts _facts = null!;
    private SuiteCipher _cipher = null!;
    private KeySchedule _schedule = null!;
    private byte[]? _earlySecret;
    private byte[]? _requestContext;

    /// <summary>Makes it, and leaves the connection ready for data.</summary>
    /// <exception cref="AlertReceivedException">The server refused.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="WireFormatException">The server sent what it may not.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var first = _hello.First();
        await _flow.SendAsync(stop, first);
        _flow.Version = TlsVersion.Tls12;
        var early = Hash(_flow.Transcript);
        var answer = await ReadHelloAsync(stop);
        var wasRetried = answer.IsRetryRequest;
        if (wasRetried)
            answer = await RetryAsync(answer, stop);

        _facts = new HandshakeFacts
        {
            Version = TlsVersion.Tls13,
            Suite = Chosen(answer),
            WasRetried = wasRetried,
            Extensions = answer.Extensions,
            IsResumed = answer.Find(ExtensionType.PreSharedKey) is not null,
        };
        _cipher = SuiteCipher.Find(_facts.Suite)!;
        var writing = Agree(answer, out var clientSecret, out var serverSecret, early);
        await ReadFlightAsync(serverSecret, stop);
        await FinishAsync(writing, clientSecret, stop);
    }

    private byte[]? Hash(Transcript transcript) =>
        offer.Session is { } session ? transcript.Hash(SuiteCipher.Find(session.Suite)!.Hash) : null;

    private async Task<ServerHello> ReadHelloAsync(CancellationToken stop)
    {
        var answer = ServerHello.Parse((await _flow.NextMessageAsync(stop) is { Type: HandshakeType.ServerHello } message
            ? message : throw new WireFormatException("it answers with something else than a ServerHello")).Body);
        if (answer.Version != TlsVersion.Tls13)
            throw new WireFormatException($"it answers in {answer.Version.ToText()} to a client that speaks TLS 1.3 only");
        if (answer.IsRetryRequest)
            _flow.Transcript.Fold(SuiteCipher.Find(Chosen(answer))!.Hash);
        _flow.Transcript.Add(message);
        return answer;
    }

    private async Task<ServerHello> RetryAsync(ServerHello retry, CancellationToken stop)
    {
        await _flow.SendChangeCipherSpecAsync(stop);
        var hash = SuiteCipher.Find(Chosen(retry))!.Hash;
        if (offer.Session is { } session && SuiteCipher.Find(session.Suite)!.Hash != hash)
            throw new WireFormatException("it asks for another ClientHello with a suite that does not go with the ticket");
        await _flow.SendAsync(stop, _hello.Second(retry, _flow.Transcript));
        var answer = await ReadHelloAsync(stop);
        return !answer.IsRetryRequest && answer.Suite == retry.Suite ? answer
            : throw new WireFormatException("it asks for a third ClientHello, or changes its mind about the suite");
    }

    private CipherSuite Chosen(ServerHello answer) =>
        offer.Suites.FirstOrDefault(suite => suite.Code == answer.Suite && SuiteCipher.Find(suite) is { Aead: not null })
            ?? throw new WireFormatException($"it chooses the suite 0x{answer.Suite:X4}, which it was not offered");

    private Tls13Protection Agree(ServerHello answer, out byte[] clientSecret, out byte[] serverSecret, byte[]? early)
    {
        if (_facts.IsResumed && (offer.Session is null || answer.Find(ExtensionType.PreSharedKey) is not [0, 0]
            || SuiteCipher.Find(offer.Session.Suite)!.Hash != _cipher.Hash))
            throw new WireFormatException("it takes up a ticket that it was not offered");

        _schedule = new KeySchedule(_cipher.Hash, _facts.IsResumed ? offer.Session!.Secret : null);
        _earlySecret = _facts.IsResumed && early is not null ? _schedule.Derive("c e traffic", early) : null;
        _schedule.Advance(SharedSecret(answer));
        var hash = _flow.Transcript.Hash(_cipher.Hash);
        clientSecret = _schedule.Derive("c hs traffic", hash);
        serverSecret = _schedule.Derive("s hs traffic", hash);
        if (connection.Messages.HasPending)
            throw new WireFormatException("it sends more behind its ServerHello in the same record");
        connection.Records.Reading = _schedule.Protect(_cipher, serverSecret);
        return _schedule.Protect(_cipher, clientSecret);
    }

    private byte[]? SharedSecret(ServerHello answer)
    {
        if (answer.KeyShare is not { } share)
        {
            return _facts.IsResumed && offer.PskModes.Contains((byte)0) ? null
                : throw new WireFormatException("its ServerHello has no key share");
        }

        if (_facts.IsResumed && !offer.PskModes.Contains((byte)1))
            throw new WireFormatException("it resumes with a key exchange that it was not offered");
        var agreement = _hello.AgreementFor(share.Group)
            ?? throw new WireFormatException("its key share is of a group that it was not offered");
        _facts = _facts with { Group = NamedGroups.Find(share.Group), ServerShare = share.Share };
        return agreement.Agree(share.Share);
    }

    private async Task ReadFlightAsync(byte[] serverSecret, CancellationToken stop)
    {
        var extensions = ReadEncryptedExtensions((await _flow.ExpectAsync(HandshakeType.EncryptedExtensions, stop)).Body);
        _facts = _facts with
        {
            Extensions = [.. _facts.Extensions, .. extensions],
            ApplicationProtocol = HandshakeFlow.ReadApplicationProtocol(extensions),
            EarlyDataAccepted = extensions.Exists(extension => extension.Type == ExtensionType.EarlyData),
        };
        if (_facts.EarlyDataAccepted && !(_hello.HasEarlyData && _facts.IsResumed))
            throw new WireFormatException("it accepts early data that it was not offered");

        var message = await _flow.NextMessageAsync(stop);
        if (!_facts.IsResumed)
        {
            if (message.Type == HandshakeType.CertificateRequest)
            {
                _flow.Transcript.Add(message);
                ReadCertificateRequest(message.Body);
                message = await _flow.NextMessageAsync(stop);
            }

            message = await ReadCertificateAsync(message, stop);
        }

        var expected = _schedule.Finished(serverSecret, _flow.Transcript.Hash(_cipher.Hash));
        _flow.Expect(message, HandshakeType.Finished);
        if (!CryptographicOperations.FixedTimeEquals(message.Body, expected))
            throw new WireFormatException("its Finished does not fit the handshake");
        if (connection.Messages.HasPending)
            throw new WireFormatException("it sends more behind its Finished in the same record");
    }

    private async Task<HandshakeMessage> ReadCertificateAsync(HandshakeMessage message, CancellationToken stop)
    {
        var certificate = CertificateMessage.Parse(_flow.Expect(message, HandshakeType.Certificate).Body, TlsVersion.Tls13);
        if (certificate.Certificates.Count == 0)
            throw new WireFormatException("its Certificate message has no certificate");
        var content = HandshakeSignatures.CertificateVerifyContent(_flow.Transcript.Hash(_cipher.Hash));
        var (scheme, signature) = ReadCertificateVerify((await _flow.ExpectAsync(HandshakeType.CertificateVerify, stop)).Body);
        _facts = _facts with
        {
            Certificate = certificate,
            IsStapled = certificate.Extensions.Any(extension => extension.Type == ExtensionType.StatusRequest),
            Signature = new HandshakeSignature(HandshakeSignatures.NameOf(scheme), scheme,
                HandshakeSignatures.PublicKeyOf(certificate.Certificates[0]) is { } key
                    ? HandshakeSignatures.Verify(key, scheme, content, signature) : null),
        };
        return await _flow.NextMessageAsync(stop);
    }

    private async Task FinishAsync(Tls13Protection writing, byte[] clientSecret, CancellationToken stop)
    {
        _schedule.Advance();
        var hash = _flow.Transcript.Hash(_cipher.Hash);
        var (client, server) = (_schedule.Derive("c ap traffic", hash), _schedule.Derive("s ap traffic", hash));

        await _flow.SendChangeCipherSpecAsync(stop);
        if (_facts.EarlyDataAccepted)
        {
            connection.Records.Writing = _schedule.Protect(_cipher, _earlySecret!);
            await _flow.SendAsync(stop, new HandshakeMessage(HandshakeType.EndOfEarlyData, []));
        }

        connection.Records.Writing = writing;
        // A list without certificates (RFC 8446 section 4.4.2).
        if (_requestContext is { } context)
        {
            var none = new WireWriter().Vector8(context).Vector24([]).ToArray();
            await _flow.SendAsync(stop, new HandshakeMessage(HandshakeType.Certificate, none));
        }

        var verify = _schedule.Finished(clientSecret, _flow.Transcript.Hash(_cipher.Hash));
        await _flow.SendAsync(stop, new HandshakeMessage(HandshakeType.Finished, verify));
        connection.Records.Writing = _schedule.Protect(_cipher, client);
        connection.Records.Reading = _schedule.Protect(_cipher, server);
        var resumption = _schedule.Derive("res master", _flow.Transcript.Hash(_cipher.Hash));
        connection.Traffic = new Tls13Traffic(_schedule, _facts.Suite, client, server, resumption);
        connection.Facts = _facts with { WantsClientCertificate = _requestContext is not null };
    }

    private void ReadCertificateRequest(ReadOnlySpan<byte> body)
    {
        const string name = "CertificateRequest";
        var reader = new WireReader(body, name);
        _requestContext = reader.Vector8().ToArray();
        HelloExtension.ReadAll(ref reader, name);
        reader.End();
    }

    /// <summary>Reads the body of an EncryptedExtensions message (RFC 8446 section 4.3.1).</summary>
    internal static List<HelloExtension> ReadEncryptedExtensions(ReadOnlySpan<byte> body)
    {
        const string name = "EncryptedExtensions";
        var reader = new WireReader(body, name);
        var extensions = HelloExtension.ReadAll(ref reader, name);
        reader.End();
        return extensions;
    }

    /// <summary>Reads the body of a CertificateVerify message (RFC 8446 section 4.4.3).</summary>
    internal static (ushort Scheme, byte[] Signature) ReadCertificateVerify(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body, "CertificateVerify");
        var read = (reader.UInt16(), reader.Vector16().ToArray());
        reader.End();
        return read;
    }
}
