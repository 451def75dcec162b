using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using ForwardSecretProxy.Certificates;
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
    private List<(string Certificate, string Key)> _shown = [];
    private Meter? _meter;

    /// <summary>Makes sure that the instruments are those of the certificates that are served now.</summary>
    public void Follow()
    {
        var served = server.Current.Certificates
            .SelectMany(certificate => certificate.Keys.Select(key => (certificate.Options.Name, $"{key.Role} {key.Opened?.TokenLabel}"))).ToList();
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
        meter.CreateObservableGauge("fsp.certificate.key.in_use", () => ObserveKeys(KeyState.InUse), null,
            "1 when clients get the key, of a certificate that has several.");
        meter.CreateObservableGauge("fsp.certificate.key.signs", () => ObserveKeys(KeyState.InUse, KeyState.Standby), null,
            "1 when the key is there and signs, of a certificate that has several.");
        meter.CreateObservableCounter("fsp.certificate.fail_overs", ObserveFailOvers, "{fail_over}",
            "Times that another key of the certificate had to stand in.");
    }

    private IEnumerable<Measurement<int>> ObserveKeys(params KeyState[] states) =>
        from certificate in server.Current.Certificates
        where certificate.Choice is not null
        from key in certificate.Keys
        select new Measurement<int>(
            states.Contains(key.StateIn(certificate)) ? 1 : 0,
            Label("fsp.certificate", certificate.Options.Name),
            Label("fsp.key", key.Role),
            Label("fsp.token", key.Opened?.TokenLabel ?? ""));

    private IEnumerable<Measurement<long>> ObserveFailOvers() =>
        from certificate in server.Current.Certificates
        where certificate.Choice is not null
        select new Measurement<long>(certificate.Choice!.FailOvers, Label("fsp.certificate", certificate.Options.Name));

    private IEnumerable<Measurement<int>> ObserveTokens() => answers.Last.Select(answer => new Measurement<int>(
        answer.Problem is null ? 1 : 0, Label("fsp.token", answer.Token), Label("fsp.certificate", answer.Certificate)));

    private IEnumerable<Measurement<double>> ObserveExpiry() => Observe(certificate =>
        Math.Round((FirstOfAll(certificate).NotAfter - DateTimeOffset.UtcNow).TotalSeconds));

    private IEnumerable<Measurement<double>> ObserveLifetime() => Observe(certificate =>
        (FirstOfAll(certificate).NotAfter - FirstOfAll(certificate).NotBefore).TotalSeconds);

    // A spare is renewed like what it stands in for.
    private static CertificateFacts FirstOfAll(PreparedCertificate certificate) =>
        certificate.Chains.Select(chain => chain.FirstToExpire).OfType<CertificateFacts>().MinBy(each => each.NotAfter)!;

    private IEnumerable<Measurement<double>> Observe(Func<PreparedCertificate, double> read) =>
        server.Current.Certificates.Select(certificate =>
            new Measurement<double>(read(certificate), Label("fsp.certificate", certificate.Options.Name)));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
