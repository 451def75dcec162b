using System.Net;

namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Listeners</c>: an address that answers with TLS.</summary>
internal sealed record ListenerOptions
{
    /// <summary>The entry's name, for messages and logs.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>Address</c>: an IP address and a port. <c>0.0.0.0</c> is every IPv4 interface, <c>[::]</c> every interface
    /// of both families; port 0 lets the system choose. No default. Example: <c>"0.0.0.0:443"</c>.
    /// </summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>
    /// <c>Certificates</c>: names from the <c>Certificates</c> section. A client gets the one for the name it asks
    /// for, RSA or ECDSA as it can; the first also answers clients that send no name. Default: all of them, in the
    /// order of their names, because most files have one. Example: <c>[ "web-ecdsa", "web-rsa" ]</c>.
    /// </summary>
    public required IReadOnlyList<string> Certificates { get; init; }

    /// <summary><c>ClientCertificates</c>: whose certificates clients are asked for; null, the default, when they are not.</summary>
    public ClientCertificateOptions? ClientCertificates { get; init; }
}
