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

        fixed (HashState* inner = &_inner, outer = &_outer)
        {
            Xor(pad, InnerPad);
            Start(hash, inner);
            Add(hash, inner, pad);
            Xor(pad, InnerPad ^ OuterPad);
            Start(hash, outer);
            Add(hash, outer, pad);
        }

        CryptographicOperations.ZeroMemory(pad);
    }

    /// <summary>The output's length in bytes.</summary>
    internal static int Length(TlsHash hash) => hash == TlsHash.Sha256 ? 32 : 48;

    /// <summary>Hashes <paramref name="data"/> into the beginning of <paramref name="destination"/>.</summary>
    internal static void Hash(TlsHash hash, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        HashState state;
        Start(hash, &state);
        Add(hash, &state, data);
        End(hash, &state, destination);
        CryptographicOperations.ZeroMemory(new Span<byte>(&state, sizeof(HashState)));
    }

    /// <summary>Adds <paramref name="data"/>.</summary>
    internal void Update(ReadOnlySpan<byte> data)
    {
        fixed (HashState* inner = &_inner) Add(_hash, inner, data);
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
        {
            End(_hash, inner, digest);
            Add(_hash, outer, digest);
            End(_hash, outer, destination[..digest.Length]);
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

    private static void Start(TlsHash hash, HashState* state) =>
        _ = hash == TlsHash.Sha256 ? LibCrypto.SHA256_Init(state) : LibCrypto.SHA384_Init(state);

    private static void Add(TlsHash hash, HashState* state, ReadOnlySpan<byte> data)
    {
        fixed (byte* input = data)
        {
            _ = hash == TlsHash.Sha256
                ? LibCrypto.SHA256_Update(state, input, (nuint)data.Length)
                : LibCrypto.SHA384_Update(state, input, (nuint)data.Length);
        }
    }

    private static void End(TlsHash hash, HashState* state, Span<byte> destination)
    {
        fixed (byte* output = destination)
            _ = hash == TlsHash.Sha256 ? LibCrypto.SHA256_Final(output, state) : LibCrypto.SHA384_Final(output, state);
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
