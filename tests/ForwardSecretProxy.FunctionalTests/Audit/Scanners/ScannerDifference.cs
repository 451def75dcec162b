namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

/// <summary>Something that one of two scanners reports.</summary>
/// <param name="Who"><see cref="OnlyOurs"/> or <see cref="OnlyTheirs"/>.</param>
/// <param name="What">A version, <c>TLSv1.0</c>, or a suite in one, <c>TLSv1.0 0xC013</c>.</param>
internal sealed record ScannerDifference(string Who, string What)
{
    /// <summary>We report it, and the other one does not.</summary>
    public const string OnlyOurs = "only-ours";

    /// <summary>The other one reports it, and we do not.</summary>
    public const string OnlyTheirs = "only-theirs";
}
