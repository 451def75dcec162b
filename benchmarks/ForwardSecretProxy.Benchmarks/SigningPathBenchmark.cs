using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.OpenSsl.Provider;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Sessions;
using CKR = Net.Pkcs11Interop.Common.CKR;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// One signature of a TLS 1.3 CertificateVerify, layer by layer: each layer contains the one before, so what it adds is
/// the difference. Measured with SoftHSM in one thread: neither a device's time nor the waiting for a session is in it.
/// </summary>
public class SigningPathBenchmark : IDisposable
{
    private readonly byte[] _message =
        [.. Enumerable.Repeat((byte)' ', 64), .. "TLS 1.3, server CertificateVerify\0"u8, .. new byte[32]];
    private readonly byte[] _signature = new byte[512];
    private readonly byte[] _digest = new byte[SHA256.HashSizeInBytes];
    private readonly ECDsa _softwareEc = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _softwareRsa = RSA.Create(2048);
    private BenchmarkToken _token = null!;
    private SchemeMechanism _mechanism = null!;
    private PooledSession _session = null!;
    private ulong _key;
    private Pkcs11Signer _signer = null!;
    private ProviderKey _providerKey = null!;
    private PrivateKeyHandle _handle = null!;

    /// <summary>The key; RSA signs with PSS, as TLS 1.3 has it.</summary>
    [Params(KeyKind.EcP256, KeyKind.Rsa2048)]
    public KeyKind Key { get; set; }

    private bool IsRsa => Key == KeyKind.Rsa2048;

    private SignatureScheme Scheme => IsRsa ? SignatureScheme.RsaPssRsaeSha256 : SignatureScheme.EcdsaSecp256r1Sha256;

    [GlobalSetup]
    public async Task Setup()
    {
        _token = new BenchmarkToken(Key, sessions: 2);
        _signer = await _token.OpenSignerAsync();

        // The first session is the raw call's own, the other is leased for each signature.
        _session = (PooledSession)await _signer.Pool.AcquireAsync(CancellationToken.None);
        _key = new KeyFinder(_token.Token.Shared.Module, _token.Token.Info).FindPrivate(_session.Handle, _token.Key);
        _mechanism = SchemeMechanism.Of(Scheme);
        _mechanism.WriteInput(_message, _digest);
        (await _signer.Pool.AcquireAsync(CancellationToken.None)).Dispose();

        _providerKey = new ProviderKey(_signer);
        _handle = _providerKey.CreateHandle();
        // .NET makes an RSA key when it is first used.
        Software();
        ThrowUnlessVerified(Signer());
        ThrowUnlessVerified(Provider());
    }

    /// <summary>
    /// A key in memory, signed with by .NET through libcrypto: what the same mathematics costs without a token.
    /// </summary>
    [Benchmark]
    public int Software() => IsRsa
        ? _softwareRsa.SignData(_message, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
        : _softwareEc.SignData(
            _message, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>C_SignInit and C_Sign of a digest that is there already.</summary>
    [Benchmark(Baseline = true)]
    public int RawSign()
    {
        var module = _token.Token.Shared.Module;
        var length = 0;
        var code = module.SignInit(_session.Handle, _key, _mechanism.Native);
        if (code == CKR.CKR_OK)
            code = module.Sign(_session.Handle, _digest, _digest.Length, _session.Output, out length);
        return code == CKR.CKR_OK ? length : throw new InvalidOperationException($"The token answered {code}.");
    }

    /// <summary>Leases a session that is free, hashes, signs and encodes.</summary>
    [Benchmark]
    public int Signer()
    {
        using var lease = Lease();
        return _signer.Sign(lease, Scheme, _message, _signature);
    }

    /// <summary>
    /// EVP_DigestSign with what libssl does around it, and the scope that the engine makes for each handshake.
    /// </summary>
    [Benchmark]
    public int Provider()
    {
        using var scope = new SigningScope();
        scope.Add(Lease());
        SigningScope.Current = scope;
        try
        {
            return DigestSign();
        }
        finally
        {
            SigningScope.Current = null;
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _handle?.Dispose();
        _providerKey?.Dispose();
        _session?.Dispose();
        _token?.Dispose();
        _softwareEc.Dispose();
        _softwareRsa.Dispose();
        GC.SuppressFinalize(this);
    }

    // Nobody else uses the pool, so there is nothing to wait for.
    private ISigningLease Lease()
    {
        var lease = _signer.Pool.AcquireAsync(CancellationToken.None);
        return lease.IsCompletedSuccessfully
            ? lease.Result
            : throw new InvalidOperationException("The session is in use.");
    }

    private unsafe int DigestSign()
    {
        const int pss = 6;
        const int saltAsLongAsDigest = -1;
        var context = LibCrypto.EVP_MD_CTX_new();
        try
        {
            nint keyContext;
            Check(LibCrypto.EVP_DigestSignInit_ex(
                context, &keyContext, "SHA256", 0, null, _handle.DangerousGetHandle(), null));
            if (IsRsa)
            {
                Check(LibCrypto.EVP_PKEY_CTX_set_rsa_padding(keyContext, pss));
                Check(LibCrypto.EVP_PKEY_CTX_set_rsa_pss_saltlen(keyContext, saltAsLongAsDigest));
            }

            fixed (byte* message = _message, signature = _signature)
            {
                // libssl calls twice: the first call only asks for the length.
                nuint length;
                Check(LibCrypto.EVP_DigestSign(context, null, &length, message, (nuint)_message.Length));
                Check(LibCrypto.EVP_DigestSign(context, signature, &length, message, (nuint)_message.Length));
                return (int)length;
            }
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }

    private static void Check(int result) => OpenSslError.ThrowIfFailed(result, "The signature");

    private void ThrowUnlessVerified(int length)
    {
        if (!_signer.PublicKey.Verify(Scheme, _message, _signature.AsSpan(0, length)))
            throw new InvalidOperationException("The signature is not the key's.");
        _signature.AsSpan().Clear();
    }
}
