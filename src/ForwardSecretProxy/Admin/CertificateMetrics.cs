using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// What is looked up of each certificate. Its instruments are made anew when the certificates are others: an exporter
/// goes on with what an instrument has ever reported, and a certificate that is gone must not raise alerts for ever. It is
/// exported once more after it has gone.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class CertificateMetrics(IServerState server, TokenAnswers answers) : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ForwardSecretProxy.Certificates";

    private readonly Lock _gate = new();
    private List<(string Certificate, string Token)> _shown = [];
    private Meter? _meter;

    /// <summary>Makes sure that the instruments are those of the certificates that are served now.</summary>
    public void Follow()
    {
        var served = server.Current.Certificates
            .Select(certificate => (certificate.Options.Name, certificate.Key.TokenLabel)).ToList();
        lock (_gate)
        {
            if (_meter is not null && served.SequenceEqual(_shown))
                return;
            _shown = served;
            _meter?.Dispose();
            // Not from a factory, which would keep the old one and give it back.
            _meter = new Meter(MeterName);
            CreateInstruments(_meter);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter?.Dispose();

    private void CreateInstruments(Meter meter)
    {
        meter.CreateObservableGauge("fsp.token.can_sign", ObserveTokens, null,
            "1 when the token made its last test signature with the certificate's key.");
        meter.CreateObservableGauge("fsp.certificate.expiry", ObserveExpiry, "s",
            "Time until the first certificate of the chain expires; negative afterwards.");
        meter.CreateObservableGauge("fsp.certificate.lifetime", ObserveLifetime, "s",
            "For how long that certificate was issued.");
    }

    private IEnumerable<Measurement<int>> ObserveTokens() => answers.Last.Select(answer => new Measurement<int>(
        answer.Problem is null ? 1 : 0, Label("fsp.token", answer.Token), Label("fsp.certificate", answer.Certificate)));

    private IEnumerable<Measurement<double>> ObserveExpiry() => Observe(certificate =>
        Math.Round((certificate.FirstToExpire.NotAfter - DateTimeOffset.UtcNow).TotalSeconds));

    private IEnumerable<Measurement<double>> ObserveLifetime() => Observe(certificate =>
        (certificate.FirstToExpire.NotAfter - certificate.FirstToExpire.NotBefore).TotalSeconds);

    private IEnumerable<Measurement<double>> Observe(Func<PreparedCertificate, double> read) =>
        server.Current.Certificates.Select(certificate =>
            new Measurement<double>(read(certificate), Label("fsp.certificate", certificate.Options.Name)));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
