namespace ForwardSecretProxy.Audit.Wire;

/// <summary>One direction's encryption of records.</summary>
internal interface IRecordProtection
{
    /// <summary>Encrypts.</summary>
    TlsRecord Seal(TlsRecord record);

    /// <summary>Decrypts.</summary>
    /// <exception cref="WireFormatException">The record is not authentic.</exception>
    TlsRecord Open(TlsRecord record);
}
