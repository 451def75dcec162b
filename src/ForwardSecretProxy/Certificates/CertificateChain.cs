using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// A server's certificate and the intermediates that lead to its root, as a PEM file holds them: leaf first. A root at
/// the end is left out, because clients have their own and would not believe ours.
/// </summary>
internal sealed class CertificateChain
{
    private readonly List<CertificateProblem> _fileProblems;

    private CertificateChain(IReadOnlyList<CertificateFacts> certificates, List<CertificateProblem> fileProblems)
    {
        Certificates = certificates;
        _fileProblems = fileProblems;
        DnsNames = certificates is [var leaf, ..]
            ? [.. leaf.DnsNames.Select(name => name.ToLowerInvariant()).Where(DnsName.IsValid).Distinct()]
            : [];
    }

    /// <summary>The leaf, then each certificate that signed the one before; empty when the file holds none.</summary>
    public IReadOnlyList<CertificateFacts> Certificates { get; }

    /// <summary>The server's own certificate; null when the file holds none.</summary>
    public CertificateFacts? Leaf => Certificates is [var leaf, ..] ? leaf : null;

    /// <summary>
    /// The names the leaf is good for, in lower case A-label form; a leading <c>*.</c> stands for one label. From the
    /// subject alternative name only: no client has looked at the common name for years (RFC 9525 section 6.3).
    /// </summary>
    public IReadOnlyList<string> DnsNames { get; }

    /// <summary>
    /// Reads a PEM file. Nothing is thrown for what is wrong with the file or that it is missing: <see cref="Check"/>
    /// tells it with all the rest.
    /// </summary>
    public static CertificateChain Load(string path)
    {
        var problems = new List<CertificateProblem>();
        return Build(PemCertificateReader.Read(path, problems), problems);
    }

    /// <summary>Reads PEM text, such as a certificate just made.</summary>
    public static CertificateChain Parse(ReadOnlySpan<byte> pem, string name)
    {
        var problems = new List<CertificateProblem>();
        return Build(PemCertificateReader.Parse(pem, name, problems), problems);
    }

    /// <summary>Finds everything that would keep clients, or this proxy, from using the chain.</summary>
    /// <param name="now">The moment at which it should be valid.</param>
    /// <param name="signerSpki">The public key on the token, to be the leaf's; null when it was not asked.</param>
    /// <returns>The problems in the order of the file; empty when all is well.</returns>
    public IReadOnlyList<CertificateProblem> Check(DateTimeOffset now, ReadOnlyMemory<byte>? signerSpki) =>
        [.. _fileProblems, .. ChainRules.Apply(Certificates, now, signerSpki)];

    /// <summary>Puts the chain and the key on the token together, for the TLS engine.</summary>
    /// <exception cref="InvalidOperationException">The file holds no certificate.</exception>
    public TlsCertificate ToTlsCertificate(ISigner signer) =>
        Certificates.Count == 0
            ? throw new InvalidOperationException("A chain without certificates cannot be served.")
            : new TlsCertificate([.. Certificates.Select(certificate => certificate.Der)], DnsNames, signer);

    /// <summary>The chain as a PEM file holds it: certificates only, leaf first.</summary>
    public string ToPem() =>
        string.Concat(Certificates.Select(facts => PemEncoding.WriteString("CERTIFICATE", facts.Der.Span) + "\n"));

    private static CertificateChain Build(IReadOnlyList<byte[]> blocks, List<CertificateProblem> problems)
    {
        var certificates = new List<CertificateFacts>(blocks.Count);
        for (var index = 0; index < blocks.Count; index++)
        {
            try
            {
                certificates.Add(CertificateFacts.Read(blocks[index]));
            }
            catch (CryptographicException)
            {
                problems.Add(new CertificateProblem(ProblemSeverity.Error,
                    $"certificate {index + 1} in the file is not a well-formed X.509 certificate",
                    "Copy it again from the CA, whole."));
            }
        }

        if (certificates.Count > 1 && certificates[^1].IsSelfSigned)
            certificates.RemoveAt(certificates.Count - 1);

        return new CertificateChain(certificates, problems);
    }
}
