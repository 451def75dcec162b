using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Probing;

/// <summary>What a server answered to one ClientHello, as far as it can be read without keys.</summary>
internal sealed record ServerFlight
{
    /// <summary>How it ended.</summary>
    public required FlightEnding Ending { get; init; }

    /// <summary>For <see cref="FlightEnding.Malformed"/>, what is wrong, as a clause.</summary>
    public string? Problem { get; init; }

    /// <summary>The alert that ended it.</summary>
    public TlsAlert? Alert { get; init; }

    /// <summary>A warning alert before the ServerHello, as unrecognized_name is.</summary>
    public TlsAlert? Warning { get; init; }

    /// <summary>The ServerHello, or the HelloRetryRequest.</summary>
    public ServerHello? Hello { get; init; }

    /// <summary>The certificates, in TLS 1.2 and before.</summary>
    public CertificateMessage? Certificate { get; init; }

    /// <summary>Whether an OCSP response came, in TLS 1.2 and before (RFC 6066 section 8).</summary>
    public bool IsStapled { get; init; }

    /// <summary>The server's ephemeral share, in TLS 1.2 and before.</summary>
    public ServerKeyExchange? KeyExchange { get; init; }

    /// <summary>Whether the server wants a certificate from the client, in TLS 1.2 and before.</summary>
    public bool WantsClientCertificate { get; init; }

    /// <summary>The suite that was chosen, if the registry has it.</summary>
    public CipherSuite? Suite => Hello is null ? null : CipherSuites.Find(Hello.Suite);

    /// <summary>Whether the server agreed on something.</summary>
    public bool IsAnswered => Hello is not null;

    /// <summary>Whether the server said yes or no, so that something was learnt: silence is neither.</summary>
    public bool IsConclusive => IsAnswered || Ending is FlightEnding.Alert or FlightEnding.Closed;
}
