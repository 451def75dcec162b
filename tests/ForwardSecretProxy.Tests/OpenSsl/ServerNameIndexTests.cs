using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Tests.Certificates;

namespace ForwardSecretProxy.Tests.OpenSsl;

public sealed class ServerNameIndexTests : IDisposable
{
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _rsa = RSA.Create(2048);

    public void Dispose()
    {
        _ecdsa.Dispose();
        _rsa.Dispose();
    }

    [Fact]
    public void Find_ExactName_GoesBeforeTheWildcard()
    {
        var wildcard = Ecdsa("*.example.org");
        var exact = Ecdsa("www.example.org");

        var index = new ServerNameIndex<Set>([wildcard, exact], set => new Set(set));

        Assert.Equal([exact], index.Find("www.example.org")!.Certificates);
        Assert.Equal([wildcard], index.Find("mail.example.org")!.Certificates);
    }

    [Theory]
    [InlineData("a.b.example.org")]
    [InlineData("example.org")]
    [InlineData(".example.org")]
    [InlineData("example.com")]
    public void Find_WhatAWildcardDoesNotCover_IsNothing(string name) =>
        Assert.Null(new ServerNameIndex<Set>([Ecdsa("*.example.org")], set => new Set(set)).Find(name));

    [Fact]
    public void Find_BothKeyTypes_ServeSideBySide()
    {
        var ecdsa = Ecdsa("www.example.org");
        var rsa = Rsa("*.example.org");

        var index = new ServerNameIndex<Set>([ecdsa, rsa], set => new Set(set));

        Assert.Equal([ecdsa, rsa], index.Find("www.example.org")!.Certificates);
        Assert.Equal([rsa], index.Find("other.example.org")!.Certificates);
    }

    [Fact]
    public void Find_TwoOfOneKeyType_GivesTheFirst()
    {
        var first = Ecdsa("www.example.org");
        var second = Ecdsa("www.example.org");

        Assert.Equal([first], new ServerNameIndex<Set>([first, second], set => new Set(set)).Find("www.example.org")!.Certificates);
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    public void Find_Address_IsTheDefault(string address)
    {
        var index = new ServerNameIndex<Set>([Ecdsa("a.example"), Ecdsa("b.example")], set => new Set(set));

        Assert.Same(index.Default, index.Find(address));
    }

    [Fact]
    public void Default_IsTheFirstCertificateWithItsOtherKeyType()
    {
        var first = Ecdsa("a.example");
        var other = Rsa("b.example");
        var same = Rsa("a.example");

        Assert.Equal([first, same], new ServerNameIndex<Set>([first, other, same], set => new Set(set)).Default.Certificates);
    }

    [Fact]
    public void Create_SameSetForManyNames_IsBuiltOnce()
    {
        var built = 0;
        var certificate = Ecdsa("a.example", "b.example", "*.example");

        _ = new ServerNameIndex<Set>([certificate], set =>
        {
            built++;
            return new Set(set);
        });

        Assert.Equal(1, built);
    }

    private TlsCertificate Ecdsa(params string[] names) =>
        new([], names, new KeyPairSigner(_ecdsa, SignatureScheme.EcdsaSecp256r1Sha256));

    private TlsCertificate Rsa(params string[] names) =>
        new([], names, new KeyPairSigner(_rsa, SignatureScheme.RsaPssRsaeSha256));

    private sealed record Set(IReadOnlyList<TlsCertificate> Certificates);
}
