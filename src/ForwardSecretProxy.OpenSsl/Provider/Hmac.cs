using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// HMAC (RFC 2104) with SHA-256 or SHA-384 on libcrypto's compression functions, without an object: a TLS 1.3 handshake
/// makes some thirty of them, and setting one up through EVP costs several times what it computes.
/// <see cref="Dispose"/> wipes it.
/// </summary>
internal unsafe struct Hmac : IDisposable
{
    /// <summary>The longest output, in bytes.</summary>
    internal const int MaxLength = 48;

    private const int MaxBlock = 128;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5c;

    private readonly TlsHash _hash;
    private HashState _inner;
    private HashState _outer;

    /// <summary>Begins a MAC.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="key">Of any length.</param>
    internal Hmac(TlsHash hash, ReadOnlySpan<byte> key)
    {
        _hash = hash;
        Span<byte> pad = stackalloc byte[MaxBlock];
        pad = pad[..BlockLength(hash)];
        pad.Clear();
        if (key.Length > pad.Length)
            Hash(hash, key, pad);
        else
            key.CopyTo(pad);

        Xor(pad, InnerPad);
        Start(ref _inner, pad);
        Xor(pad, InnerPad ^ OuterPad);
        Start(ref _outer, pad);
        CryptographicOperations.ZeroMemory(pad);
    }

    /// <summary>The output's length in bytes.</summary>
    internal static int Length(TlsHash hash) => hash == TlsHash.Sha256 ? 32 : 48;

    /// <summary>Hashes <paramref name="data"/> into the beginning of <paramref name="destination"/>.</summary>
    internal static void Hash(TlsHash hash, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        HashState state;
        fixed (byte* input = data)
        fixed (byte* output = destination)
        {
            if (hash == TlsHash.Sha256)
            {
                _ = LibCrypto.SHA256_Init(&state);
                _ = LibCrypto.SHA256_Update(&state, input, (nuint)data.Length);
                _ = LibCrypto.SHA256_Final(output, &state);
            }
            else
            {
                _ = LibCrypto.SHA384_Init(&state);
                _ = LibCrypto.SHA384_Update(&state, input, (nuint)data.Length);
                _ = LibCrypto.SHA384_Final(output, &state);
            }
        }

        CryptographicOperations.ZeroMemory(new Span<byte>(&state, sizeof(HashState)));
    }

    /// <summary>Adds <paramref name="data"/>.</summary>
    internal void Update(ReadOnlySpan<byte> data)
    {
        fixed (HashState* state = &_inner)
        fixed (byte* input = data)
        {
            _ = _hash == TlsHash.Sha256
                ? LibCrypto.SHA256_Update(state, input, (nuint)data.Length)
                : LibCrypto.SHA384_Update(state, input, (nuint)data.Length);
        }
    }

    /// <summary>
    /// Writes the MAC, of <see cref="Length"/> bytes, and is ready for another message under the same key only when it
    /// was copied before.
    /// </summary>
    internal void Finish(Span<byte> destination)
    {
        Span<byte> digest = stackalloc byte[MaxLength];
        digest = digest[..Length(_hash)];
        fixed (HashState* inner = &_inner, outer = &_outer)
        fixed (byte* middle = digest, output = destination[..digest.Length])
        {
            if (_hash == TlsHash.Sha256)
            {
                _ = LibCrypto.SHA256_Final(middle, inner);
                _ = LibCrypto.SHA256_Update(outer, middle, (nuint)digest.Length);
                _ = LibCrypto.SHA256_Final(output, outer);
            }
            else
            {
                _ = LibCrypto.SHA384_Final(middle, inner);
                _ = LibCrypto.SHA384_Update(outer, middle, (nuint)digest.Length);
                _ = LibCrypto.SHA384_Final(output, outer);
            }
        }

        CryptographicOperations.ZeroMemory(digest);
    }

    /// <summary>Wipes what depends on the key.</summary>
    public void Dispose()
    {
        fixed (HashState* inner = &_inner, outer = &_outer)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(inner, sizeof(HashState)));
            CryptographicOperations.ZeroMemory(new Span<byte>(outer, sizeof(HashState)));
        }
    }

    private static int BlockLength(TlsHash hash) => hash == TlsHash.Sha256 ? 64 : 128;

    private readonly void Start(ref HashState state, ReadOnlySpan<byte> pad)
    {
        fixed (HashState* pinned = &state)
        fixed (byte* input = pad)
        {
            if (_hash == TlsHash.Sha256)
            {
                _ = LibCrypto.SHA256_Init(pinned);
                _ = LibCrypto.SHA256_Update(pinned, input, (nuint)pad.Length);
            }
            else
            {
                _ = LibCrypto.SHA384_Init(pinned);
                _ = LibCrypto.SHA384_Update(pinned, input, (nuint)pad.Length);
            }
        }
    }

    private static void Xor(Span<byte> pad, byte with)
    {
        foreach (ref var each in pad) each ^= with;
    }
}

/// <summary>The hashes of the suites that are offered.</summary>
internal enum TlsHash
{
    /// <summary>SHA-256.</summary>
    Sha256,

    /// <summary>SHA-384.</summary>
    Sha384,
}
