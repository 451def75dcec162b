using ForwardSecretProxy.OpenSsl.Client;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// What a handshake must have agreed on, so that two runs measure the same thing. A session that passed once passes by
/// comparison: names are looked at only for the first of its kind.
/// </summary>
internal sealed class SessionRequirement(BenchOptions options)
{
    private readonly string _group = options.Group ?? "X25519";
    private TlsClientSession _passed;
    private bool _hasPassed;

    /// <summary>What is not as asked for, and how; null when all is.</summary>
    public (string What, string How)? Check(in TlsClientSession session)
    {
        if (_hasPassed && session == _passed)
            return null;
        if (Find(session) is { } mismatch)
            return mismatch;
        _passed = session;
        _hasPassed = true;
        return null;
    }

    private (string What, string How)? Find(in TlsClientSession session)
    {
        if (session.Version != options.Tls)
            return ("version", $"asked for {options.Tls.Name()}, agreed on {session.Version.Name()}");
        if (session.Group is not { } group)
            return ("group", "the key exchange was not an ephemeral one");
        if (group != _group)
            return ("group", $"asked for {_group}, agreed on {group}");
        if (options.Cipher is { } cipher && !IsCipher(session, cipher))
            return ("cipher suite", $"asked for {cipher}, agreed on {session.CipherSuite}");
        if (session.Signature is { } signature && options.Certificate is { } kind && !IsOf(kind, signature))
            return ("certificate", $"asked for {kind.ToString().ToUpperInvariant()}, it signed with {signature}");
        return null;
    }

    private static bool IsCipher(in TlsClientSession session, string name) =>
        name.Equals(session.CipherSuite, StringComparison.OrdinalIgnoreCase)
        || name.Equals(session.OpenSslCipherSuite, StringComparison.OrdinalIgnoreCase);

    private static bool IsOf(CertificateKind kind, string signature) =>
        kind == CertificateKind.Ecdsa ? signature == "ECDSA" : signature.StartsWith("RSA", StringComparison.Ordinal);
}
