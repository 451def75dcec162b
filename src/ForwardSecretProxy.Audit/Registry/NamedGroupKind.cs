namespace ForwardSecretProxy.Audit.Registry;

/// <summary>What a group computes with.</summary>
public enum NamedGroupKind
{
    /// <summary>An elliptic curve.</summary>
    Curve,

    /// <summary>The integers modulo a prime (RFC 7919).</summary>
    FiniteField,

    /// <summary>A key encapsulation that quantum computers are not known to break, together with an elliptic curve.</summary>
    Hybrid,

    /// <summary>A key encapsulation alone.</summary>
    Encapsulation,
}
