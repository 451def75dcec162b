using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Auditing;

/// <summary>Passes on what opens keys, and keeps what the key gate found out: also when there is no server in the end.</summary>
internal sealed class GateRecorder(ISignerSource inner) : ISignerSource
{
    private readonly Dictionary<string, KeyGateReport> _passed = new(StringComparer.Ordinal);

    /// <summary>The reports of the keys that passed, by where they stand in the configuration.</summary>
    public IReadOnlyDictionary<string, KeyGateReport> Passed => _passed;

    /// <inheritdoc/>
    public async Task<OpenedKey?> OpenAsync(
        CertificateOptions certificate,
        ReadOnlyMemory<byte>? subjectPublicKeyInfo,
        ConfigurationContext context,
        CancellationToken cancellationToken)
    {
        var key = await inner.OpenAsync(certificate, subjectPublicKeyInfo, context, cancellationToken);
        if (key is not null) _passed[certificate.KeyPath] = key.Gate;
        return key;
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
