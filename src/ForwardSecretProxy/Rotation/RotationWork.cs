using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Rotation;

/// <summary>The steps of a change of keys on a token. What a step is about to do is recorded before it is done.</summary>
internal sealed class RotationWork(Token token, string label, string chain, TimeProvider clock)
{
    private readonly KeyStore _store = new(token);

    /// <summary>The keys that a URI names.</summary>
    public IReadOnlyList<TokenKeyInfo> List(Pkcs11Uri uri) => _store.List(uri);

    /// <summary>Makes the next key and its request.</summary>
    public Task<RotationOutcome> MakeNextAsync(
        RotationPlan plan, KeyGenerations keys, RotationState state, CertificateFacts leaf, RotationSettings settings,
        CancellationToken cancellationToken)
    {
        var kind = settings.Kind ?? KindOf(state.Current!);
        state = state with { Next = new NextKey(KeyStore.NextId(), clock.GetUtcNow(), settings.RequestFile ?? chain + ".csr") };
        RotationFile.Save(chain, state);
        var made = _store.GenerateNext(kind, label, state.Next.Id);
        // Some tokens number keys themselves.
        state = state with { Next = state.Next with { Id = made.Id } };
        return RequestAsync(plan, keys with { Next = made }, state, leaf, settings, cancellationToken);
    }

    /// <summary>Writes the request of the next key, unless it is there.</summary>
    public async Task<RotationOutcome> RequestAsync(
        RotationPlan plan, KeyGenerations keys, RotationState state, CertificateFacts leaf, RotationSettings settings,
        CancellationToken cancellationToken)
    {
        var key = keys.Next!;
        var file = settings.RequestFile ?? state.Next!.Request;
        state = state with { Next = state.Next! with { PublicKey = key.PublicKey, Request = file } };
        RotationFile.Save(chain, state);
        if (IsRequestOf(file, key.PublicKey))
            return new RotationOutcome(plan, keys, state, []);

        using var certificate = X509CertificateLoader.LoadCertificate(leaf.Der.Span);
        var signer = await token.OpenSignerAsync(UriOf(key), key.PublicKey?.Encoded, cancellationToken);
        var request = await TokenCertificateFactory.CreateRequestAsync(
            signer, certificate.SubjectName, new CertificateNames(leaf.DnsNames, leaf.Addresses), cancellationToken);
        AtomicFile.Replace(file, Encoding.ASCII.GetBytes(request));
        return new RotationOutcome(plan, keys, state, [file]);
    }

    /// <summary>Destroys keys that are not in use, each of them compared with what is recorded.</summary>
    public RotationOutcome Destroy(RotationPlan plan, KeyGenerations keys, RotationState state)
    {
        foreach (var key in plan.Destroyed)
        {
            _store.Destroy(UriOf(key), key.PublicKey);
            state = key.Id == state.Next?.Id ? state with { Next = null } : state.Without(key.PublicKey!);
            RotationFile.Save(chain, state);
        }

        return new RotationOutcome(plan, keys, state, []);
    }

    private Pkcs11Uri UriOf(TokenKeyInfo key) =>
        Pkcs11Uri.For(token.Info.Label, label, key.Id.Length == 0 ? null : key.Id);

    private static bool IsRequestOf(string file, SubjectPublicKey? key)
    {
        try
        {
            var request = CertificateRequest.LoadSigningRequestPem(
                File.ReadAllText(file), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.SkipSignatureValidation);
            return key is not null && request.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.Encoded.Span);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException
            or ArgumentException)
        {
            return false;
        }
    }

    private static KeyKind KindOf(SubjectPublicKey key) => (key.IsRsa, key.Bits) switch
    {
        (false, 256) => KeyKind.EcP256,
        (false, 384) => KeyKind.EcP384,
        (true, 2048) => KeyKind.Rsa2048,
        (true, 3072) => KeyKind.Rsa3072,
        (true, 4096) => KeyKind.Rsa4096,
        _ => throw new RotationException($"no new key of the kind {key} is made; say which with --key-type."),
    };
}
