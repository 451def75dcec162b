namespace ForwardSecretProxy.Audit.Wire;

/// <summary>An alert (RFC 8446 section 6).</summary>
/// <param name="Level">1 warning, 2 fatal.</param>
/// <param name="Description">What it is about, by its number.</param>
internal sealed record TlsAlert(byte Level, byte Description) : IIncoming
{
    public const byte CloseNotify = 0;
    public const byte UnexpectedMessage = 10;
    public const byte HandshakeFailure = 40;
    public const byte ProtocolVersion = 70;
    public const byte InappropriateFallback = 86;
    public const byte NoRenegotiation = 100;
    public const byte UnrecognizedName = 112;

    /// <summary>Whether the connection is over.</summary>
    public bool IsFatal => Level == 2;

    /// <summary>Reads one.</summary>
    /// <exception cref="WireFormatException">It is none.</exception>
    public static TlsAlert Parse(ReadOnlySpan<byte> data)
    {
        var reader = new WireReader(data, "alert");
        var alert = new TlsAlert(reader.UInt8(), reader.UInt8());
        reader.End();
        return alert;
    }

    /// <inheritdoc/>
    public override string ToString() => Description switch
    {
        CloseNotify => "close_notify",
        UnexpectedMessage => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        HandshakeFailure => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        ProtocolVersion => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        InappropriateFallback => "inappropriate_fallback",
        90 => "user_canceled",
        NoRenegotiation => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        UnrecognizedName => "unrecognized_name",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => $"alert {Description}",
    };
}
