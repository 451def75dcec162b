using ForwardSecretProxy.Signing.Calls;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// A token in use. Signers opened on it share its sessions and its login, also with other <see cref="Token"/> objects
/// for the same token in this process; its sessions close when the last of them is disposed.
/// </summary>
public sealed class Token : IToken
{
    private readonly SharedToken _shared;
    private int _disposed;

    private Token(SharedToken shared) => _shared = shared;

    /// <summary>What the token says about itself.</summary>
    public TokenInfo Info => _shared.Sessions.Token;

    /// <summary>Where the right to sign is waited for.</summary>
    public ISigningPool Pool => _shared.Pool;

    internal SharedToken Shared => _shared;

    /// <summary>
    /// Loads the module and finds the token. Nobody is logged in until the first key is opened. Blocks for as long as
    /// the module takes, within <see cref="TokenOptions.CallTimeout"/> for each call.
    /// </summary>
    /// <exception cref="TokenException">
    /// The module does not load or answer, or not exactly one token matches.
    /// </exception>
    public static Token Open(TokenOptions options, SigningMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Sessions < 1)
            throw new TokenException("Sessions is at least 1.");
        if (options.QueueTimeout <= TimeSpan.Zero || options.QueueTimeout.TotalMilliseconds > int.MaxValue)
            throw new TokenException("The time limit for a free session is longer than zero and shorter than 24 days.");

        if (options.CallTimeout < TimeSpan.FromMilliseconds(1))
            throw new TokenException("The time limit for a call is longer than zero.");

        return ModuleThread.Run(() =>
        {
            var module = Load(options);
            var token = TokenSelector.Select(module.ListTokens(), options);
            return new Token(SharedToken.Join(module, token, options, metrics));
        });
    }

    /// <summary>The tokens, initialised or not, that a module shows.</summary>
    /// <param name="module">The PKCS#11 module's path.</param>
    /// <param name="arguments">See <see cref="TokenOptions.ModuleArguments"/>.</param>
    /// <exception cref="TokenException">The module does not load or answer.</exception>
    public static IReadOnlyList<TokenInfo> List(string module, string? arguments = null) => ModuleThread.Run(
        () => Load(new TokenOptions { Module = module, ModuleArguments = arguments }).ListTokens());

    /// <summary>Logs in, finds the key, passes it through the gate and makes it ready to sign.</summary>
    /// <param name="uri">The key; its pin-source is used when the options named no source for the PIN.</param>
    /// <param name="subjectPublicKeyInfo">
    /// The certificate's public key (DER), which must be the key's; null for none.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting for a session, not a call to the token.</param>
    /// <exception cref="KeyRefusedException">The key did not pass the gate.</exception>
    /// <exception cref="TokenException">
    /// The token failed, refused the login, or not exactly one key matches.
    /// </exception>
    /// <exception cref="SigningException">No session became free in time.</exception>
    public async Task<Pkcs11Signer> OpenSignerAsync(
        Pkcs11Uri uri, ReadOnlyMemory<byte>? subjectPublicKeyInfo, CancellationToken cancellationToken)
    {
        return ToSigner(uri, await InspectAsync(uri, subjectPublicKeyInfo, null, cancellationToken));
    }

    /// <summary>
    /// The same for a key that need not be a certificate's: only where the URI names several does it matter which of them
    /// is.
    /// </summary>
    /// <param name="uri">The key or keys.</param>
    /// <param name="preferred">The public key (DER) of the one that is meant among several; null for none.</param>
    /// <param name="cancellationToken">Ends the waiting for a session, not a call to the token.</param>
    /// <inheritdoc cref="OpenSignerAsync" path="/exception"/>
    public async Task<Pkcs11Signer> OpenPreferredSignerAsync(
        Pkcs11Uri uri, ReadOnlyMemory<byte>? preferred, CancellationToken cancellationToken)
    {
        return ToSigner(uri, await InspectAsync(uri, null, preferred, cancellationToken));
    }

    async Task<ITokenSigner> IToken.OpenSignerAsync(
        Pkcs11Uri uri, ReadOnlyMemory<byte>? subjectPublicKeyInfo, CancellationToken cancellationToken) =>
        await OpenSignerAsync(uri, subjectPublicKeyInfo, cancellationToken);

    /// <summary>Passes a key through the gate without using it.</summary>
    /// <inheritdoc cref="OpenSignerAsync" path="/param"/>
    /// <returns>What was found, whether it passed or not.</returns>
    /// <exception cref="TokenException">
    /// The token failed, refused the login, or not exactly one key matches.
    /// </exception>
    /// <exception cref="SigningException">No session became free in time.</exception>
    public async Task<KeyGateReport> VerifyKeyAsync(
        Pkcs11Uri uri, ReadOnlyMemory<byte>? subjectPublicKeyInfo, CancellationToken cancellationToken) =>
        (await InspectAsync(uri, subjectPublicKeyInfo, null, cancellationToken)).Report;

    /// <summary>Gives the sessions up; what is being signed is finished first.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _shared.Leave();
    }

    private Pkcs11Signer ToSigner(Pkcs11Uri uri, KeyInspection found) => found.Report.Passed
        ? new Pkcs11Signer(_shared, uri, found.PublicKey, found.Key, found.Report)
        : throw new KeyRefusedException(found.Report);

    private async Task<KeyInspection> InspectAsync(
        Pkcs11Uri uri,
        ReadOnlyMemory<byte>? subjectPublicKeyInfo,
        ReadOnlyMemory<byte>? preferredKey,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        _shared.Login.Source ??= uri.PinSource;
        _shared.Login.ThrowWithoutSource(Info);
        var expected = Parse(subjectPublicKeyInfo);
        var preferred = Parse(preferredKey);

        var session = await AcquireAsync(cancellationToken);
        return await ModuleThread.RunAsync(() => Inspect(session, uri, expected, preferred));
    }

    private KeyInspection Inspect(
        PooledSession session, Pkcs11Uri uri, SubjectPublicKey? expected, SubjectPublicKey? preferred)
    {
        using var lease = session;
        try
        {
            return KeyInspection.Run(_shared, session, uri, expected, preferred);
        }
        catch (TokenException exception) when (ReturnCodes.BreaksSession((CKR)exception.ReturnCode))
        {
            session.Broken = true;
            throw;
        }
    }

    private static SubjectPublicKey? Parse(ReadOnlyMemory<byte>? subjectPublicKeyInfo) =>
        subjectPublicKeyInfo is { } encoded ? SubjectPublicKey.Parse(encoded.Span) : null;

    private static Pkcs11Module Load(TokenOptions options) => Pkcs11Module.Load(
        options.Module, options.ModuleArguments,
        new TokenCalls(options.Label ?? options.Serial ?? options.Module, options.CallTimeout));

    // Whoever opens a key is told what the token said, not that a signature could not be made.
    private async Task<PooledSession> AcquireAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _shared.Pool.TryAgainAsync(cancellationToken);
            return (PooledSession)await _shared.Pool.AcquireAsync(cancellationToken);
        }
        catch (SigningException exception) when (exception.InnerException is TokenException cause)
        {
            throw new TokenException(cause.Message, cause.ReturnCode);
        }
    }
}
