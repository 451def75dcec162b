using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Tests.OpenSsl;

public class ClientCertificatePolicyTests
{
    private static readonly ReadOnlyMemory<byte> A = new byte[] { 0x30, 1, 1 };
    private static readonly ReadOnlyMemory<byte> B = new byte[] { 0x30, 1, 2 };

    [Fact]
    public void Fingerprint_EqualPolicies_IsEqual() => Assert.Equal(
        new ClientCertificatePolicy(true, [A, B], []).Fingerprint,
        new ClientCertificatePolicy(true, [A.ToArray(), B.ToArray()], []).Fingerprint);

    [Fact]
    public void Fingerprint_AnyDifference_IsDifferent()
    {
        ClientCertificatePolicy[] policies =
        [
            new(true, [A], []), new(false, [A], []), new(true, [B], []), new(true, [A, B], []), new(true, [B, A], []),
            new(true, [A], [B]), new(true, [A], [A]),
        ];

        Assert.Equal(policies.Length, policies.Select(policy => policy.Fingerprint).Distinct().Count());
    }

    [Fact]
    public void Create_NoAuthority_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClientCertificatePolicy(true, [], []));
}
