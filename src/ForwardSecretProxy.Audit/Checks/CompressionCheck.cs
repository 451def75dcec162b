using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Compression by TLS itself.</summary>
public sealed class CompressionCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "compression",
        "Compression in TLS",
        "The length of what is compressed together with a secret gives the secret away, guess by guess.",
        ["Rizzo, Duong: CRIME, 2012 (CVE-2012-4929)", "RFC 7457 section 2.6", "RFC 9325 section 3.3"],
        Mends.Of(
            nginx: "nginx 1.3.2 or newer with OpenSSL 1.1.0 or newer",
            apache: "SSLCompression off",
            haproxy: "OpenSSL 1.1.0 or newer",
            postfix: "tls_ssl_options = NO_COMPRESSION",
            dovecot: "ssl_options = no_compression",
            fsp: "nothing: it cannot be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen) => [seen.Features.Compression switch
    {
        Answer.Yes => Description.Failure("TLS compresses, and lengths give secrets away (CRIME)."),
        Answer.No => Description.Pass("TLS does not compress."),
        _ when seen.SpeaksBefore13() == Answer.No => Description.Pass("Nothing before TLS 1.3 is spoken, and TLS 1.3 has no compression."),
        _ => Description.Unexamined("Whether TLS compresses was not learnt.", seen.GapsAbout("compress")),
    }];
}
