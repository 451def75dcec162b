namespace ForwardSecretProxy.Audit.Wire;

/// <summary>
/// One direction's encryption of records, of whatever type: in TLS 1.3 a ChangeCipherSpec goes through as it is, before it one
/// is encrypted like the rest in a second handshake.
/// </summary>
internal interface IRecordProtection
{
    /// <summary>Encrypts.</summary>
    TlsRecord Seal(TlsRecord record);

    /// <summary>Decrypts.</summary>
    /// <exception cref="WireFormatException">The record is not authentic.</exception>
    TlsRecord Open(TlsRecord record);
}
