using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// What stands behind one <c>EVP_PKEY</c> of ours: a signer, and the public half as OpenSSL's own key, which answers
/// every question about size, group and public value. Entered in a table while it may be loaded, and known to native
/// code by a number only.
/// </summary>
internal sealed unsafe class ProviderKey : IDisposable
{
    private static readonly ConcurrentDictionary<ulong, ProviderKey> Table = new();
    private static ulong _lastId;

    private readonly PrivateKeyHandle _publicKey;

    /// <exception cref="OpenSslException">The public key is not one that libcrypto reads.</exception>
    internal ProviderKey(ISigner signer)
    {
        Signer = signer;
        _publicKey = new PrivateKeyHandle(ReadPublicKey(signer.SubjectPublicKeyInfo.Span));
        IsEllipticCurve = LibCrypto.EVP_PKEY_is_a(PublicKey, "EC") == 1;
        Id = Interlocked.Increment(ref _lastId);
        Table[Id] = this;
    }

    /// <summary>Its number, never reused.</summary>
    internal ulong Id { get; }

    internal ISigner Signer { get; }

    internal bool IsEllipticCurve { get; }

    internal SigningSpeed Speed { get; } = new();

    /// <summary>The public half; lives as long as this object.</summary>
    internal nint PublicKey => _publicKey.DangerousGetHandle();

    /// <summary>The key of that number, or null.</summary>
    internal static ProviderKey? Find(ulong id) => Table.GetValueOrDefault(id);

    /// <summary>Makes the <c>EVP_PKEY</c> that libssl is given; it answers for the key only while this object lives.</summary>
    /// <exception cref="OpenSslException">libcrypto refused.</exception>
    internal PrivateKeyHandle CreateHandle()
    {
        var ctx = OpenSslError.ThrowIfNull(
            LibCrypto.EVP_PKEY_CTX_new_from_name(SigningProvider.LibraryContext, IsEllipticCurve ? "EC" : "RSA", "provider=fsp"),
            "EVP_PKEY_CTX_new_from_name");
        try
        {
            OpenSslError.ThrowIfFailed(LibCrypto.EVP_PKEY_fromdata_init(ctx), "EVP_PKEY_fromdata_init");
            var id = Id;
            fixed (byte* name = KeyManagement.IdParameter)
            {
                var parameters = stackalloc OsslParam[2];
                parameters[0] = new OsslParam
                {
                    Key = name, DataType = OsslParam.UnsignedInteger, Data = &id, DataSize = sizeof(ulong),
                };
                parameters[1] = default;
                OpenSslError.ThrowIfFailed(
                    LibCrypto.EVP_PKEY_fromdata(ctx, out var pkey, LibCrypto.EVP_PKEY_KEYPAIR, parameters), "EVP_PKEY_fromdata");
                return new PrivateKeyHandle(pkey);
            }
        }
        finally
        {
            LibCrypto.EVP_PKEY_CTX_free(ctx);
        }
    }

    /// <summary>Takes the key out of the table: whatever native code still holds of it can no longer sign.</summary>
    public void Dispose()
    {
        Table.TryRemove(Id, out _);
        _publicKey.Dispose();
    }

    private static nint ReadPublicKey(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        fixed (byte* start = subjectPublicKeyInfo)
        {
            var input = start;
            return OpenSslError.ThrowIfNull(
                LibCrypto.d2i_PUBKEY(null, &input, new CLong(subjectPublicKeyInfo.Length)), "d2i_PUBKEY");
        }
    }
}
