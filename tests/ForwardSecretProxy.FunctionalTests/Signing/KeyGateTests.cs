using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.FunctionalTests.Signing;

[Collection(OneModule.Name)]
public sealed class KeyGateTests : IDisposable
{
    private const string ReadingValue = "reading CKA_VALUE";
    private const string Wrapping = "wrapping with CKM_AES_KEY_WRAP_PAD";
    private const string WrappingMultiples = "wrapping with CKM_AES_KEY_WRAP";

    private readonly SoftHsmToken _hsm = SoftHsmToken.Create();
    private readonly RawToken _raw;
    private readonly Token _token;

    public KeyGateTests()
    {
        _raw = new RawToken(_hsm);
        _token = _hsm.Open();
    }

    public void Dispose()
    {
        _token.Dispose();
        _raw.Dispose();
        _hsm.Dispose();
    }

    [Theory]
    [InlineData(KeyKind.EcP256)]
    [InlineData(KeyKind.EcP384)]
    [InlineData(KeyKind.Rsa2048)]
    [InlineData(KeyKind.Rsa3072)]
    [InlineData(KeyKind.Rsa4096)]
    public async Task Inspect_KeyOfOurOwnMaking_PassesEveryCheck(KeyKind kind)
    {
        var publicKey = new KeyStore(_token).Generate(kind, "good");

        var signer = await _token.OpenSignerAsync(_hsm.Uri("good"), publicKey.Encoded, default);

        Assert.All(signer.Report.Findings, finding => Assert.True(finding.Passed, finding.ToString()));
        Assert.Contains(signer.Report.Findings, finding => finding is { Check: "public key", Found: "the same" });
        Assert.Contains(signer.Report.Findings, finding =>
            finding.Check == Wrapping && finding.Found.Contains("CKR_KEY_UNEXTRACTABLE", StringComparison.Ordinal));
        Assert.Equal(publicKey.Schemes, signer.Schemes);
    }

    // The control of the reading and wrapping attempts: here they succeed, so they can fail.
    [Fact]
    public async Task Inspect_ReadableKey_IsReadAndRefused()
    {
        _raw.Generate(KeyKind.EcP256, "readable", (CKA.CKA_SENSITIVE, false), (CKA.CKA_EXTRACTABLE, true));

        var report = await AssertRefusedAsync("readable",
            "CKA_SENSITIVE", "CKA_ALWAYS_SENSITIVE", "CKA_EXTRACTABLE", "CKA_NEVER_EXTRACTABLE", ReadingValue,
            Wrapping);

        Assert.Equal("32 bytes of it", report.Findings.Single(finding => finding.Check == ReadingValue).Found);
    }

    [Fact]
    public async Task Inspect_ReadableRsaKey_IsReadInAllItsParts()
    {
        _raw.Generate(KeyKind.Rsa2048, "readable", (CKA.CKA_SENSITIVE, false), (CKA.CKA_EXTRACTABLE, true));

        await AssertRefusedAsync("readable",
            "CKA_SENSITIVE", "CKA_ALWAYS_SENSITIVE", "CKA_EXTRACTABLE", "CKA_NEVER_EXTRACTABLE",
            "reading CKA_PRIVATE_EXPONENT", "reading CKA_PRIME_1", "reading CKA_PRIME_2", "reading CKA_EXPONENT_1",
            "reading CKA_EXPONENT_2", "reading CKA_COEFFICIENT", Wrapping);
    }

    [Fact]
    public async Task Inspect_ExtractableKey_IsWrappedOutAndRefused()
    {
        _raw.Generate(KeyKind.EcP256, "extractable", (CKA.CKA_EXTRACTABLE, true));

        var report = await AssertRefusedAsync("extractable", "CKA_EXTRACTABLE", "CKA_NEVER_EXTRACTABLE", Wrapping);

        Assert.Equal("the wrapped key", report.Findings.Single(finding => finding.Check == Wrapping).Found);
    }

    [Fact]
    public async Task Inspect_OnceExtractableKey_IsRefused()
    {
        var key = _raw.Generate(KeyKind.EcP256, "once", (CKA.CKA_EXTRACTABLE, true));
        Assert.Equal(CKR.CKR_OK, _raw.Set(key, CKA.CKA_EXTRACTABLE, false));

        await AssertRefusedAsync("once", "CKA_NEVER_EXTRACTABLE");
    }

    [Fact]
    public async Task Inspect_OnceReadableKey_IsRefused()
    {
        var key = _raw.Generate(KeyKind.EcP256, "once", (CKA.CKA_SENSITIVE, false));
        Assert.Equal(CKR.CKR_OK, _raw.Set(key, CKA.CKA_SENSITIVE, true));

        await AssertRefusedAsync("once", "CKA_ALWAYS_SENSITIVE");
    }

    [Fact]
    public async Task Inspect_ImportedKey_IsRefused()
    {
        using var outside = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Import(outside.ExportParameters(includePrivateParameters: true), "imported");

        await AssertRefusedAsync(
            "imported", outside.ExportSubjectPublicKeyInfo(),
            "CKA_ALWAYS_SENSITIVE", "CKA_NEVER_EXTRACTABLE", "CKA_LOCAL");
    }

    [Theory]
    [InlineData(KeyKind.Rsa2048, CKA.CKA_DECRYPT)]
    [InlineData(KeyKind.Rsa2048, CKA.CKA_UNWRAP)]
    [InlineData(KeyKind.Rsa2048, CKA.CKA_SIGN_RECOVER)]
    [InlineData(KeyKind.EcP256, CKA.CKA_DERIVE)]
    public async Task Inspect_KeyThatCanDoMoreThanSign_IsRefused(KeyKind kind, CKA use)
    {
        _raw.Generate(kind, "capable", (use, true));

        await AssertRefusedAsync("capable", use.ToString());
    }

    [Fact]
    public async Task Inspect_CertificateForAnotherKey_IsRefused()
    {
        var store = new KeyStore(_token);
        store.Generate(KeyKind.EcP256, "web");
        var other = store.Generate(KeyKind.EcP256, "other");

        await AssertRefusedAsync("web", other.Encoded, "public key", "test signature ecdsa_secp256r1_sha256");
    }

    [Fact]
    public async Task Inspect_CertificateForAnotherKindOfKey_IsRefused()
    {
        var store = new KeyStore(_token);
        store.Generate(KeyKind.EcP256, "web");
        var other = store.Generate(KeyKind.EcP384, "other");

        var report = await _token.VerifyKeyAsync(_hsm.Uri("web"), other.Encoded, default);

        Assert.False(report.Passed);
        Assert.Contains(report.Findings, finding => finding is { Check: "public key", Passed: false });
    }

    // A token's public key object can be put there by anybody; what counts is what the private key signs.
    [Fact]
    public async Task Inspect_PublicObjectOfAnotherKey_IsRefusedByTheSignature()
    {
        using var outside = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _raw.Generate(KeyKind.EcP256, "web");
        _raw.Destroy(_raw.Find(CKO.CKO_PUBLIC_KEY, "web"));
        ImportPublic(outside.ExportParameters(includePrivateParameters: false), "web");

        await AssertRefusedAsync(
            "web", outside.ExportSubjectPublicKeyInfo(), "test signature ecdsa_secp256r1_sha256");
    }

    [Fact]
    public async Task Inspect_NoPublicObject_TheCertificateIsEnough()
    {
        var publicKey = new KeyStore(_token).Generate(KeyKind.EcP256, "web");
        _raw.Destroy(_raw.Find(CKO.CKO_PUBLIC_KEY, "web"));

        Assert.True((await _token.VerifyKeyAsync(_hsm.Uri("web"), publicKey.Encoded, default)).Passed);
        await Assert.ThrowsAsync<ForwardSecretProxy.Signing.TokenException>(
            () => _token.VerifyKeyAsync(_hsm.Uri("web"), null, default));
    }

    private async Task<KeyGateReport> AssertRefusedAsync(string label, params string[] failing) =>
        await AssertRefusedAsync(label, null, failing);

    private async Task<KeyGateReport> AssertRefusedAsync(
        string label, ReadOnlyMemory<byte>? certificate, params string[] failing)
    {
        var refusal = await Assert.ThrowsAsync<KeyRefusedException>(
            () => _token.OpenSignerAsync(_hsm.Uri(label), certificate, default));

        // SoftHSM's oldest wrapping takes only lengths that are multiples of eight, which an encoded key has by chance.
        Assert.Equal(failing, refusal.Report.Findings
            .Where(finding => !finding.Passed && finding.Check != WrappingMultiples).Select(finding => finding.Check));
        Assert.All(failing, check => Assert.Contains($"FAIL  {check}: ", refusal.Message, StringComparison.Ordinal));
        return refusal.Report;
    }

    private void Import(ECParameters key, string label)
    {
        ImportPublic(key, label);
        using var template = new AttributeTemplate()
            .Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PRIVATE_KEY)
            .Add(CKA.CKA_KEY_TYPE, (ulong)CKK.CKK_EC)
            .Add(CKA.CKA_TOKEN, true)
            .Add(CKA.CKA_PRIVATE, true)
            .Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label))
            .Add(CKA.CKA_ID, Encoding.UTF8.GetBytes(label))
            .Add(CKA.CKA_SENSITIVE, true)
            .Add(CKA.CKA_EXTRACTABLE, false)
            .Add(CKA.CKA_SIGN, true)
            .Add(CKA.CKA_SIGN_RECOVER, false)
            .Add(CKA.CKA_DECRYPT, false)
            .Add(CKA.CKA_UNWRAP, false)
            .Add(CKA.CKA_DERIVE, false)
            .Add(CKA.CKA_EC_PARAMS, P256)
            .Add(CKA.CKA_VALUE, key.D!);
        Assert.Equal(CKR.CKR_OK, _raw.Create(template));
    }

    private void ImportPublic(ECParameters key, string label)
    {
        using var template = new AttributeTemplate()
            .Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PUBLIC_KEY)
            .Add(CKA.CKA_KEY_TYPE, (ulong)CKK.CKK_EC)
            .Add(CKA.CKA_TOKEN, true)
            .Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label))
            .Add(CKA.CKA_ID, Encoding.UTF8.GetBytes(label))
            .Add(CKA.CKA_VERIFY, true)
            .Add(CKA.CKA_EC_PARAMS, P256)
            .Add(CKA.CKA_EC_POINT, [0x04, 65, 0x04, .. key.Q.X!, .. key.Q.Y!]);
        Assert.Equal(CKR.CKR_OK, _raw.Create(template));
    }

    private static ReadOnlySpan<byte> P256 => [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
}
