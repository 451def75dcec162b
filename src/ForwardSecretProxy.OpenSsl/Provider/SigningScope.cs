using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>
/// The leave to make signatures that one handshake holds while it runs on this thread. Without a scope the provider
/// signs nothing: a signature that no handshake asked for is refused before the token hears of it.
/// </summary>
internal sealed class SigningScope : IDisposable
{
    [ThreadStatic]
    private static SigningScope? t_current;

    private readonly List<ISigningLease> _leases = new(1);

    /// <summary>The scope of the handshake that runs on this thread now.</summary>
    internal static SigningScope? Current
    {
        get => t_current;
        set => t_current = value;
    }

    /// <summary>The scheme of the signature that was made; null while there is none.</summary>
    internal SignatureScheme? Signed { get; set; }

    /// <summary>Why a signature could not be made; null while none failed.</summary>
    internal SigningException? Failure { get; set; }

    /// <summary>The scope owns the lease from here on.</summary>
    internal void Add(ISigningLease lease) => _leases.Add(lease);

    /// <summary>The lease that signs on <paramref name="pool"/>, or null.</summary>
    internal ISigningLease? Find(ISigningPool pool)
    {
        foreach (var lease in _leases)
        {
            if (lease.Pool.Equals(pool)) return lease;
        }

        return null;
    }

    /// <summary>Gives every lease back. What was signed, or why not, stays readable.</summary>
    public void Dispose()
    {
        foreach (var lease in _leases) lease.Dispose();
        _leases.Clear();
    }
}
