using System.Runtime.CompilerServices;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <content>The handshake, and what libssl asks in its course.</content>
public sealed partial class TlsConnection
{
    private readonly Lock _reservationLock = new();
    private SigningScope? _signing;
    private ServerCertificates? _certificates;
    private CancellationTokenSource? _reservation;
    private ValueTask<ISigningLease> _pendingLease;
    private bool _isLeasePending;
    private SigningException? _leaseRefusal;
    private ulong _client;
    private IHandshakeTurns? _turns;
    private int _reservedPools;
    private Exception? _callbackFailure;
    private TlsHandshakeOutcome _refusal;

    /// <summary>The name the client asked for, in lower case; null when it sent none.</summary>
    internal string? ServerName { get; private set; }

    /// <summary>
    /// Takes the connection through its handshake, within the policy's time limit. Waits for the client and for the
    /// token without a thread; blocks one for the time of the signature. After any outcome but
    /// <see cref="TlsHandshakeOutcome.Completed"/> the connection can only be closed.
    /// </summary>
    /// <param name="client">The client's number among those that take turns at the token (<see cref="SigningClaim"/>).</param>
    /// <param name="turns">Told while it waits for the token; null for nobody.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TlsHandshakeResult> HandshakeAsync(ulong client = 0, IHandshakeTurns? turns = null)
    {
        (_client, _turns) = (client, turns);
        _handshakeDeadline ??= Server.StartHandshakeDeadline(this);
        try
        {
            Start();
            // The client speaks first, so there is nothing to try before it has; from then on the handshake goes on
            // where its bytes arrive, on the poller's thread.
            await _readable.WaitAsync().ConfigureAwait(false);
            while (true)
            {
                if (IsAborted) return new((TlsHandshakeOutcome)Volatile.Read(ref _abortReason));
                var error = Advance(out var reason);
                switch (error)
                {
                    case LibSsl.SSL_ERROR_NONE:
                        return new(IsValidation ? TlsHandshakeOutcome.ChallengeAnswered : TlsHandshakeOutcome.Completed);
                    case LibSsl.SSL_ERROR_WANT_READ:
                        // A client that must answer first (HelloRetryRequest) holds no token session meanwhile.
                        ReleaseSigner();
                        if (IsClientHelloTooLarge()) return new(TlsHandshakeOutcome.ClientHelloTooLarge);
                        await _readable.WaitAsync().ConfigureAwait(false);
                        break;
                    case LibSsl.SSL_ERROR_WANT_WRITE:
                        if (_signing?.Signed is not null) ReleaseSigner();
                        await WaitUntilWritableAsync(_writable).ConfigureAwait(false);
                        break;
                    case LibSsl.SSL_ERROR_WANT_CLIENT_HELLO_CB:
                        await FindChallengeAsync().ConfigureAwait(false);
                        break;
                    case LibSsl.SSL_ERROR_WANT_X509_LOOKUP:
                        if (await WaitForLeaseAsync().ConfigureAwait(false) is { } failure) return failure;
                        if (_leaseRefusal is null && _certificates!.SignsSlowly) await SigningThreads.SwitchTo();
                        break;
                    default:
                        _failed = true;
                        return Failure(error, reason);
                }
            }
        }
        finally
        {
            ReleaseSigner();
            _challenge?.Dispose();
            StopHandshakeDeadline();
        }
    }

    /// <summary>Chooses the context for the server name; gives the alert to send, 0, or <see cref="Suspended"/>.</summary>
    /// <param name="ssl">The connection.</param>
    /// <param name="serverNameExtension">The data of the server_name extension; empty when there is none.</param>
    /// <param name="isValidation">Whether the client is a certificate authority that looks for the answer to a challenge.</param>
    internal int SelectCertificates(nint ssl, ReadOnlySpan<byte> serverNameExtension, bool isValidation)
    {
        if (IsClientHelloTooLarge())
        {
            _refusal = TlsHandshakeOutcome.ClientHelloTooLarge;
            return LibSsl.SSL_AD_ILLEGAL_PARAMETER;
        }

        Span<char> name = stackalloc char[ServerNameReader.MaxNameLength];
        var length = 0;
        if (!serverNameExtension.IsEmpty && !ServerNameReader.TryRead(serverNameExtension, name, out length))
        {
            _refusal = TlsHandshakeOutcome.Refused;
            return LibSsl.SSL_AD_DECODE_ERROR;
        }

        if (isValidation) return SelectChallenge(ssl, name[..length]);
        _sets = Server.FindCertificates(name[..length]);
        _certificates = _sets?.Choose();
        if (_certificates is null)
        {
            _refusal = TlsHandshakeOutcome.UnrecognizedName;
            return LibSsl.SSL_AD_UNRECOGNIZED_NAME;
        }

        if (length > 0) ServerName = new string(name[..length]);
        return LibSsl.SSL_set_SSL_CTX(ssl, _certificates.Context) != 0 ? 0 : LibSsl.SSL_AD_INTERNAL_ERROR;
    }

    /// <summary>
    /// Makes sure of a token session and of a thread that may block on it; false when the handshake has to be suspended
    /// until <see cref="HandshakeAsync"/> has waited for either.
    /// </summary>
    /// <exception cref="SigningException">The token gives no session; libssl then tells the client (internal_error).</exception>
    internal bool TryReserveSigner(nint ssl)
    {
        if (_leaseRefusal is not null) throw _leaseRefusal;
        while (true)
        {
            UseMovedCertificates(ssl);
            try
            {
                return TryReserveSessions();
            }
            catch (SigningException) when (TryUseSpares())
            {
                // Those next, which may be refused as well.
            }
        }
    }

    /// <summary>Keeps what went wrong in a callback, where it cannot be thrown.</summary>
    internal void Report(Exception exception) => _callbackFailure = exception;

    private bool TryReserveSessions()
    {
        _signing ??= new SigningScope();
        SigningScope.Current = _signing;
        var pools = _certificates!.Pools;
        while (_reservedPools < pools.Count)
        {
            var lease = pools[_reservedPools].AcquireAsync(Claim(), ReservationToken());
            if (!lease.IsCompletedSuccessfully)
            {
                _pendingLease = lease;
                _isLeasePending = true;
                return false;
            }

            _signing.Add(lease.Result);
            _reservedPools++;
        }

        return SigningThreads.IsCurrent || !_certificates.SignsSlowly;
    }

    /// <summary>One native step.</summary>
    private int Advance(out string? reason)
    {
        reason = null;
        lock (_native)
        {
            if (_disposed) return LibSsl.SSL_ERROR_ZERO_RETURN;
            Enter();
            try
            {
                var result = LibSsl.SSL_do_handshake(_ssl);
                if (result == 1)
                {
                    Session = TlsSessionReader.Read(_ssl, this, _signing?.Signed);
                    return LibSsl.SSL_ERROR_NONE;
                }

                var error = LibSsl.SSL_get_error(_ssl, result);
                if (error != LibSsl.SSL_ERROR_SSL) return error;
                if (OpenSslError.IsUnexpectedEndOfStream()) return LibSsl.SSL_ERROR_SYSCALL;
                reason = ReadReason();
                return error;
            }
            finally
            {
                Leave();
            }
        }
    }

    private string ReadReason()
    {
        if (Server.ClientCertificates is null || ClientVerification.FindFailure(_ssl) is not { } failure)
            return OpenSslError.Drain();
        _refusal = TlsHandshakeOutcome.ClientCertificateRefused;
        return failure;
    }

    private void Enter()
    {
        t_current = this;
        SigningScope.Current = _signing;
        LibCrypto.ERR_clear_error();
    }

    private static void Leave()
    {
        t_current = null;
        SigningScope.Current = null;
    }

    /// <summary>
    /// Waits for as long as there is for the token: three quarters of what is left of the time limit. The rest is for the
    /// signature and the client's answer, without which the signature would be made for nothing.
    /// </summary>
    private SigningClaim Claim() => new(_client, _handshakeDeadline?.Left * 0.75);

    private async ValueTask<TlsHandshakeResult?> WaitForLeaseAsync()
    {
        if (!_isLeasePending) return null;
        _isLeasePending = false;
        _turns?.StepAside();
        try
        {
            _signing!.Add(await _pendingLease.ConfigureAwait(false));
            _reservedPools++;
            return null;
        }
        catch (OperationCanceledException)
        {
            var reason = (TlsHandshakeOutcome)Volatile.Read(ref _abortReason);
            return new TlsHandshakeResult(reason == TlsHandshakeOutcome.None ? TlsHandshakeOutcome.ClientClosed : reason);
        }
        catch (SigningException exception)
        {
            // libssl asks once more, is told, and tells the client.
            if (!TryUseSpares()) _leaseRefusal = exception;
            return null;
        }
        finally
        {
            _turns?.ComeBack();
        }
    }

    /// <summary>Cancelled when nobody waits for the signature any more: a slow token is not spent on who has left.</summary>
    private CancellationToken ReservationToken()
    {
        lock (_reservationLock)
        {
            _reservation ??= new CancellationTokenSource();
            if (IsAborted || _peerGone) _reservation.Cancel();
            return _reservation.Token;
        }
    }

    private void CancelReservation()
    {
        lock (_reservationLock) _reservation?.Cancel();
    }

    private void ReleaseSigner()
    {
        _signing?.Dispose();
        _reservedPools = 0;
        lock (_reservationLock)
        {
            _reservation?.Dispose();
            _reservation = null;
        }
    }

    private bool IsClientHelloTooLarge()
    {
        // Until it is complete the callback has not run and no certificate is chosen.
        if (_certificates is not null) return false;
        lock (_native)
        {
            return !_disposed
                && LibCrypto.BIO_number_read(LibSsl.SSL_get_rbio(_ssl)) > (ulong)Server.Policy.Limits.MaxClientHelloBytes;
        }
    }

    private TlsHandshakeResult Failure(int error, string? reason)
    {
        if (IsAborted) return new((TlsHandshakeOutcome)Volatile.Read(ref _abortReason));
        if (_callbackFailure is OperationCanceledException) return new(TlsHandshakeOutcome.ClientClosed);
        if (_callbackFailure is SigningException { IsBusy: true } busy) return new(TlsHandshakeOutcome.TokenBusy, busy.Message);
        if (_callbackFailure is { } failure)
            return new(failure is SigningException ? TlsHandshakeOutcome.SigningFailed : TlsHandshakeOutcome.Aborted, failure.Message);
        if (_signing?.Failure is { } signing) return new(TlsHandshakeOutcome.SigningFailed, signing.Message);
        if (_refusal != TlsHandshakeOutcome.None) return new(_refusal, reason);
        return error == LibSsl.SSL_ERROR_SSL ? new(TlsHandshakeOutcome.Refused, reason) : new(TlsHandshakeOutcome.ClientClosed);
    }
}
