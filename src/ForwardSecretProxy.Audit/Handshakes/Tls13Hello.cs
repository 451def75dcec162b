using System.Security.Cryptography;
using ForwardSecretProxy.Audit.KeyAgreements;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The ClientHellos of a handshake in TLS 1.3: the first, and the one that a HelloRetryRequest asks for.</summary>
internal sealed class Tls13Hello
{
    private readonly HandshakeOffer _offer;
    private readonly TimeProvider _clock;
    private readonly byte[] _random = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _sessionId = RandomNumberGenerator.GetBytes(32);
    private Dictionary<ushort, KeyAgreement> _agreements;

    public Tls13Hello(HandshakeOffer offer, TimeProvider clock)
    {
        (_offer, _clock) = (offer, clock);
        _agreements = (offer.Shares ?? [.. offer.Groups.Take(2)])
            .Select(group => (group.Code, Agreement: KeyAgreement.Create(group)))
            .Where(pair => pair.Agreement is not null)
            .ToDictionary(pair => pair.Code, pair => pair.Agreement!);
        HasEarlyData = offer.EarlyData && offer.Session is not null;
    }

    /// <summary>Whether early data was asked for, and not forbidden by a HelloRetryRequest meanwhile.</summary>
    public bool HasEarlyData { get; private set; }

    /// <summary>The client's half for a group that a share was sent for, or null.</summary>
    public KeyAgreement? AgreementFor(ushort group) => _agreements.GetValueOrDefault(group);

    /// <summary>The first ClientHello.</summary>
    public HandshakeMessage First() => Encode([], new Transcript());

    /// <summary>The second one (RFC 8446 section 4.1.2).</summary>
    /// <param name="retry">The HelloRetryRequest.</param>
    /// <param name="before">What was said before, the HelloRetryRequest included.</param>
    public HandshakeMessage Second(ServerHello retry, Transcript before)
    {
        if (retry.KeyShare is { } wanted)
        {
            if (_agreements.ContainsKey(wanted.Group) || _offer.Groups.FirstOrDefault(group => group.Code == wanted.Group) is not { } group)
                throw new WireFormatException("its HelloRetryRequest asks for a share that it has, or cannot have");
            _agreements = KeyAgreement.Create(group) is { } agreement ? new() { [group.Code] = agreement }
                : throw new WireFormatException($"it asks for a share of {group}, which cannot be computed with here");
        }

        HasEarlyData = false;
        return Encode(retry.Find(ExtensionType.Cookie) is { } cookie ? [ClientExtensions.Cookie(cookie)] : [], before);
    }

    private HandshakeMessage Encode(IEnumerable<HelloExtension> more, Transcript before)
    {
        var hello = new ClientHello
        {
            Version = TlsVersion.Tls12,
            Random = _random,
            SessionId = _sessionId,
            Suites = [.. _offer.Suites.Select(suite => suite.Code)],
            Extensions = [.. Extensions(), .. more],
        };
        if (_offer.Session is not { Ticket: { } ticket } session)
            return hello.Encode();

        var schedule = new KeySchedule(SuiteCipher.Find(session.Suite)!.Hash, session.Secret);
        var age = unchecked((uint)(_clock.GetUtcNow() - session.At).TotalMilliseconds + ticket.AgeAdd);
        hello = hello with
        {
            Extensions = [.. hello.Extensions, ClientExtensions.PreSharedKey(ticket.Ticket, age, schedule.Length)],
        };
        return Bind(hello.Encode(), schedule, SuiteCipher.Find(session.Suite)!.Hash, before);
    }

    /// <summary>Puts the binder in its place (RFC 8446 section 4.2.11.2).</summary>
    internal static HandshakeMessage Bind(HandshakeMessage hello, KeySchedule schedule, HashAlgorithmName hash, Transcript before)
    {
        // The list's length of two bytes and the binder's of one are left out, too.
        var truncated = hello.Encode()[..^(schedule.Length + 3)];
        var binder = schedule.Finished(schedule.BinderKey(), before.Hash(hash, truncated));
        binder.CopyTo(hello.Body, hello.Body.Length - binder.Length);
        return hello;
    }

    private IEnumerable<HelloExtension> Extensions()
    {
        if (_offer.ServerName is { } name)
            yield return ClientExtensions.ServerName(name);
        yield return ClientExtensions.SupportedVersions(TlsVersion.Tls13);
        yield return ClientExtensions.SupportedGroups(_offer.Groups);
        yield return ClientExtensions.SignatureAlgorithms(_offer.Schemes);
        yield return ClientExtensions.KeyShare(_agreements.Select(pair => new KeyShareEntry(pair.Key, pair.Value.Share)));
        if (_offer.ApplicationProtocols.Count > 0)
            yield return ClientExtensions.ApplicationProtocols(_offer.ApplicationProtocols);
        yield return ClientExtensions.StatusRequest();
        yield return ClientExtensions.SignedCertificateTimestamp();
        // Without it a server need not send tickets at all (RFC 8446 section 4.2.9).
        yield return ClientExtensions.PskKeyExchangeModes([.. _offer.PskModes]);
        if (_offer.Heartbeat)
            yield return ClientExtensions.Heartbeat();
        if (HasEarlyData)
            yield return ClientExtensions.EarlyData();
    }
}
