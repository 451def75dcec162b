using System.Security.Cryptography;
using ForwardSecretProxy.Audit.KeyAgreements;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Tests.Audit.KeyAgreements;

/// <summary>Key shares of servers that mean no good.</summary>
public sealed class KeyAgreementTests
{
    public static TheoryData<string> Groups() => [.. NamedGroups.All
        .Where(group => group.Bits <= 3072 && KeyAgreement.Create(group) is not null).Select(group => group.Name)];

    [Theory]
    [InlineData("secp256r1")]
    [InlineData("brainpoolP512r1")]
    [InlineData("x25519")]
    [InlineData("x448")]
    [InlineData("ffdhe2048")]
    public void Agree_TwoSides_HaveTheSameSecret(string name)
    {
        var group = NamedGroups.Find(name)!;
        var (one, other) = (KeyAgreement.Create(group)!, KeyAgreement.Create(group)!);

        Assert.Equal(one.Agree(other.Share), other.Agree(one.Share));
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Agree_SharesThatAreNone_AreRefusedOrGiveASecret(string name)
    {
        var group = NamedGroups.Find(name)!;
        var length = KeyAgreement.Create(group)!.Share.Length;
        var agreement = KeyAgreement.Create(group)!;

        Assert.Throws<WireFormatException>(() => agreement.Agree([]));
        for (var first = 0; first < 8; first++)
        {
            byte[] share = [(byte)first, .. RandomNumberGenerator.GetBytes(length - 1)];
            foreach (var cut in (int[])[1, length / 2, length])
            {
                // Montgomery curves take any number, and so do finite fields; what else comes is an error of the kind expected.
                if (Record.Exception(() => agreement.Agree(share[..cut])) is { } exception)
                    Assert.IsType<WireFormatException>(exception);
            }
        }
    }
}
