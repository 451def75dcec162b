using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Builds an <c>SSL_CTX</c> from a policy and at most one certificate of each key type. Everything is set outright, so
/// that nothing of the system's openssl.cnf remains.
/// </summary>
internal static unsafe class SslContextFactory
{
    private const ulong Options =
        LibSsl.SSL_OP_NO_TICKET                     // Stateful tickets only: there is no ticket key that could leak.
        | LibSsl.SSL_OP_NO_RENEGOTIATION
        | LibSsl.SSL_OP_NO_COMPRESSION
        | LibSsl.SSL_OP_CIPHER_SERVER_PREFERENCE
        | LibSsl.SSL_OP_PRIORITIZE_CHACHA           // A client that puts ChaCha20 first has no AES hardware.
        | LibSsl.SSL_OP_CLEANSE_PLAINTEXT;

    private const int Mode =
        LibSsl.SSL_MODE_ENABLE_PARTIAL_WRITE
        | LibSsl.SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        | LibSsl.SSL_MODE_NO_AUTO_CHAIN             // The chain is the operator's file, never the system's store.
        | LibSsl.SSL_MODE_RELEASE_BUFFERS;          // An idle connection holds no record buffers.

    private static ReadOnlySpan<byte> SessionIdContext => "fsp"u8;

    /// <summary>A session of a client that was never asked for its certificate is none here, wherever it came from.</summary>
    private static ReadOnlySpan<byte> VerifyingSessionIdContext => "fsp-verified"u8;

    /// <summary>Builds it.</summary>
    /// <param name="server">Whose policy it is.</param>
    /// <param name="certificates">At most one of each key type.</param>
    /// <param name="keys">Their keys.</param>
    /// <param name="schemes">
    /// What may be agreed on. A handshake that moves to a spare goes on with what was found in common before, so that those
    /// of the spares stand in it, too.
    /// </param>
    /// <param name="asksClients">Whether clients are asked for certificates, where the server does.</param>
    /// <exception cref="OpenSslException">libssl refused a setting, a certificate or a key.</exception>
    internal static SslContextHandle Create(
        TlsServer server,
        IReadOnlyList<TlsCertificate> certificates,
        IReadOnlyList<ProviderKey> keys,
        IReadOnlyList<SignatureScheme> schemes,
        bool asksClients = true)
    {
        var verifies = server.ClientCertificates is not null;
        var context = new SslContextHandle(
            verifies ? PolicyProvider.VerifyingLibraryContext : PolicyProvider.LibraryContext, LibSsl.TLS_server_method());
        try
        {
            SetProtocol(context, server.Policy, server.Groups, schemes);
            SetResumption(context, server, verifies ? VerifyingSessionIdContext : SessionIdContext);
            if (asksClients && server.ClientCertificates is { } clients) ClientVerification.Install(context, clients);
            for (var i = 0; i < certificates.Count; i++) UseCertificate(context, certificates[i], keys[i]);
            TlsCallbacks.Install(context);
            return context;
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>The groups among <paramref name="wanted"/> that this libssl has, in the same order.</summary>
    /// <exception cref="OpenSslException">None of them.</exception>
    internal static IReadOnlyList<string> SupportedGroups(IReadOnlyList<string> wanted)
    {
        using var probe = new SslContextHandle(PolicyProvider.LibraryContext, LibSsl.TLS_server_method());
        string[] groups = [.. wanted.Where(group => TrySetGroups(probe, group))];
        LibCrypto.ERR_clear_error();
        return groups.Length > 0
            ? groups
            : throw new OpenSslException($"{OpenSslLibrary.Version} has none of the groups {string.Join(", ", wanted)}.");
    }

    private static void SetProtocol(
        SslContextHandle context, TlsPolicy policy, IReadOnlyList<string> groups, IReadOnlyList<SignatureScheme> schemes)
    {
        LibSsl.SSL_CTX_clear_options(context, LibSsl.SSL_CTX_get_options(context));
        LibSsl.SSL_CTX_set_options(context, Options);
        LibSsl.SSL_CTX_ctrl(context, LibSsl.SSL_CTRL_MODE, new CLong(Mode), 0);
        LibSsl.SSL_CTX_set_keylog_callback(context, 0);
        Set(context, LibSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, (int)policy.MinimumVersion, "the oldest version");
        Set(context, LibSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, (int)TlsVersion.Tls13, "the newest version");
        OpenSslError.ThrowIfFailed(
            LibSsl.SSL_CTX_set_cipher_list(context, string.Join(':', TlsPolicy.KnownTls12Suites)), "SSL_CTX_set_cipher_list");
        OpenSslError.ThrowIfFailed(
            LibSsl.SSL_CTX_set_ciphersuites(context, string.Join(':', TlsPolicy.KnownTls13Suites)), "SSL_CTX_set_ciphersuites");

        var groupList = GroupList(groups);
        if (!TrySetGroups(context, groupList)) throw OpenSslError.Create($"Setting the groups {groupList}");
        var names = string.Join(':', schemes.Select(scheme => scheme.Name()));
        OpenSslError.ThrowIfFailed(
            LibSsl.SSL_CTX_ctrl_string(context, LibSsl.SSL_CTRL_SET_SIGALGS_LIST, new CLong(0), names).Value,
            $"Setting the signature schemes {names}");
    }

    private static void SetResumption(SslContextHandle context, TlsServer server, ReadOnlySpan<byte> sessionIdContext)
    {
        var cacheMode = server.Resumes
            ? LibSsl.SSL_SESS_CACHE_SERVER | LibSsl.SSL_SESS_CACHE_NO_INTERNAL | LibSsl.SSL_SESS_CACHE_NO_AUTO_CLEAR
            : LibSsl.SSL_SESS_CACHE_OFF;
        LibSsl.SSL_CTX_ctrl(context, LibSsl.SSL_CTRL_SET_SESS_CACHE_MODE, new CLong(cacheMode), 0);
        LibSsl.SSL_CTX_set_timeout(context, new CLong((int)server.Policy.Resumption.Lifetime.TotalSeconds));
        // None with the handshake: a connection asks for its own when it first has something to say.
        OpenSslError.ThrowIfFailed(LibSsl.SSL_CTX_set_num_tickets(context, 0), "SSL_CTX_set_num_tickets");
        OpenSslError.ThrowIfFailed(LibSsl.SSL_CTX_set_max_early_data(context, 0), "SSL_CTX_set_max_early_data");
        fixed (byte* id = sessionIdContext)
        {
            OpenSslError.ThrowIfFailed(
                LibSsl.SSL_CTX_set_session_id_context(context, id, (uint)sessionIdContext.Length), "SSL_CTX_set_session_id_context");
        }
    }

    private static void UseCertificate(SslContextHandle context, TlsCertificate certificate, ProviderKey key)
    {
        var leaf = ReadCertificate(certificate.Chain[0].Span);
        try
        {
            OpenSslError.ThrowIfFailed(LibSsl.SSL_CTX_use_certificate(context, leaf), "SSL_CTX_use_certificate");
        }
        finally
        {
            LibCrypto.X509_free(leaf);
        }

        foreach (var issuer in certificate.Chain.Skip(1)) AddIssuer(context, issuer.Span);
        using var handle = key.CreateHandle();
        OpenSslError.ThrowIfFailed(LibSsl.SSL_CTX_use_PrivateKey(context, handle), "SSL_CTX_use_PrivateKey");
        OpenSslError.ThrowIfFailed(LibSsl.SSL_CTX_check_private_key(context), "SSL_CTX_check_private_key");
    }

    private static void AddIssuer(SslContextHandle context, ReadOnlySpan<byte> der)
    {
        const int addReference = 1;
        var issuer = ReadCertificate(der);
        try
        {
            OpenSslError.ThrowIfFailed(
                LibSsl.SSL_CTX_ctrl(context, LibSsl.SSL_CTRL_CHAIN_CERT, new CLong(addReference), issuer).Value,
                "SSL_CTX_add1_chain_cert");
        }
        finally
        {
            LibCrypto.X509_free(issuer);
        }
    }

    private static nint ReadCertificate(ReadOnlySpan<byte> der)
    {
        fixed (byte* start = der)
        {
            var input = start;
            return OpenSslError.ThrowIfNull(LibCrypto.d2i_X509(null, &input, new CLong(der.Length)), "d2i_X509");
        }
    }

    /// <summary>
    /// libssl 3.5 takes whichever group of a tuple the client has sent a share of, and goes on to the next tuple only
    /// when it knows none of them. The hybrid is a tuple of its own: a client that knows it is asked for its share, at
    /// the price of a round trip, because what was agreed without it can be opened once there is a quantum computer.
    /// </summary>
    private static string GroupList(IEnumerable<string> groups) =>
        string.Concat(groups.Select(group => group == TlsPolicy.Hybrid ? group + "/" : group + ":")).TrimEnd('/', ':');

    private static bool TrySetGroups(SslContextHandle context, string groups) =>
        LibSsl.SSL_CTX_ctrl_string(context, LibSsl.SSL_CTRL_SET_GROUPS_LIST, new CLong(0), groups).Value == 1;

    private static void Set(SslContextHandle context, int command, int value, string what) =>
        OpenSslError.ThrowIfFailed(LibSsl.SSL_CTX_ctrl(context, command, new CLong(value), 0).Value, $"Setting {what}");
}
