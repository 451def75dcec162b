using ForwardSecretProxy.Signing.Pins;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>Which token is used, and how much of it.</summary>
public sealed record TokenOptions
{
    /// <summary>The path of the PKCS#11 module, such as <c>/usr/lib/softhsm/libsofthsm2.so</c>.</summary>
    public required string Module { get; init; }

    /// <summary>
    /// What the module is started with, the string that C_Initialize's pReserved points to. Default none: a module that
    /// keeps to PKCS#11 v2.40 section 5.4 refuses any. NSS and what is made after it needs one, which says where its
    /// database is.
    /// </summary>
    public string? ModuleArguments { get; init; }

    /// <summary>
    /// The token's label. One of label, serial and slot is needed; those that are given must all match.
    /// </summary>
    public string? Label { get; init; }

    /// <summary>The token's serial number.</summary>
    public string? Serial { get; init; }

    /// <summary>The slot's number. Many modules number anew at every start, so label or serial is better.</summary>
    public ulong? Slot { get; init; }

    /// <summary>
    /// Where the user PIN comes from; null when a key's URI names its source or the token needs none.
    /// </summary>
    public PinSource? Pin { get; init; }

    /// <summary>
    /// The most sessions opened, which is the most signatures made at once. Default 32: enough to keep a network HSM
    /// busy over its round trip, below the limits of most. A token's own lower limit is found and respected.
    /// </summary>
    public int Sessions { get; init; } = 32;

    /// <summary>
    /// How long a handshake waits for a free session. Default 10 s, a handshake's own limit: later nobody waits for
    /// the signature any more.
    /// </summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long one call into the module may take, but for those that make keys or erase tokens; then the module counts as
    /// hanging. Default 5 s: below the handshake's own limit of 10 s, above what a smart card takes for an RSA-4096 signature.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether <paramref name="uri"/> can be of a key on it: a token of which only the serial is given may have any label.
    /// </summary>
    public bool MayBeNamedBy(Pkcs11Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return MayBe(Label, uri.Token) && MayBe(Serial, uri.Serial);
    }

    private static bool MayBe(string? configured, string? wanted) =>
        configured is null || wanted is null || configured == wanted;
}
