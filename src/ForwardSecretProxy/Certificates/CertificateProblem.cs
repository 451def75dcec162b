namespace ForwardSecretProxy.Certificates;

/// <summary>How much a <see cref="CertificateProblem"/> matters.</summary>
internal enum ProblemSeverity
{
    /// <summary>It works today, and somebody should look at it.</summary>
    Warning,

    /// <summary>Clients would refuse the certificate, or the proxy does.</summary>
    Error,
}

/// <summary>One thing that is wrong with a certificate chain.</summary>
/// <param name="Severity">Whether the chain can be used all the same.</param>
/// <param name="Message">What is wrong, with the certificate's place and name; no capital, no full stop.</param>
/// <param name="Mend">What to do about it, as one or more sentences.</param>
internal sealed record CertificateProblem(ProblemSeverity Severity, string Message, string Mend)
{
    /// <summary>Whether it is about a time that is near: what is said of it now is wrong tomorrow.</summary>
    public bool IsExpiry { get; init; }
}
