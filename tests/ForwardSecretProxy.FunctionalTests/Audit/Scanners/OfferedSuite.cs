namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

/// <summary>A suite in a version, as a scanner reports it.</summary>
/// <param name="Version">As our own report writes it: <c>TLSv1.2</c>.</param>
/// <param name="Suite">The number on the wire.</param>
internal readonly record struct OfferedSuite(string Version, int Suite)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Version} 0x{Suite:X4}";
}
