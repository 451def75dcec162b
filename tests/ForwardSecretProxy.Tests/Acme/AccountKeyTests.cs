using System.Buffers.Text;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Tests.Certificates;

namespace ForwardSecretProxy.Tests.Acme;

[SupportedOSPlatform("linux")]
public sealed class AccountKeyTests
{
    // RFC 7638 section 3.1.
    private const string ExampleModulus =
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W"
        + "-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08q"
        + "NLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    [Fact]
    public void Thumbprint_ExampleOfTheRfc_IsTheRfcs()
    {
        using var rsa = RSA.Create(new RSAParameters { Exponent = [1, 0, 1], Modulus = Base64Url.DecodeFromChars(ExampleModulus) });

        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", new AccountKey(new KeyPairSigner(rsa, SignatureScheme.RsaPkcs1Sha256)).Thumbprint);
    }

    [Theory]
    [InlineData("nistP256", SignatureScheme.EcdsaSecp256r1Sha256, "ES256", "SHA256")]
    [InlineData("nistP384", SignatureScheme.EcdsaSecp384r1Sha384, "ES384", "SHA384")]
    public async Task Sign_Ecdsa_IsFixedWidthWhateverTheNumbers(string curve, SignatureScheme scheme, string algorithm, string hash)
    {
        using var ecdsa = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var key = new AccountKey(new KeyPairSigner(ecdsa, scheme));

        // One in a hundred and twenty-eight has a short number in it.
        for (var round = 0; round < 600; round++)
            Assert.True(ecdsa.VerifyData((byte[])[1], await key.SignAsync([1], default), new HashAlgorithmName(hash)));
        Assert.Equal(algorithm, key.Algorithm);
    }

    [Fact]
    public async Task Sign_Rsa_IsPkcs1()
    {
        using var rsa = RSA.Create(2048);
        var key = new AccountKey(new KeyPairSigner(rsa, SignatureScheme.RsaPkcs1Sha256));

        Assert.True(rsa.VerifyData((byte[])[1], await key.SignAsync([1], default), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal("RS256", key.Algorithm);
    }

    [Fact]
    public void Create_KeyWithPssOnly_SaysWhatItTakes()
    {
        using var rsa = RSA.Create(2048);

        Assert.Throws<AcmeException>(() => new AccountKey(new KeyPairSigner(rsa, SignatureScheme.RsaPssRsaeSha256)));
    }

    [Fact]
    public void Bind_ExternalAccount_IsSignedWithItsSecret()
    {
        using var folder = new Folder();
        var secret = RandomNumberGenerator.GetBytes(33);
        var file = folder.Write("eab.key", Base64Url.EncodeToString(secret) + "\n", UnixFileMode.UserRead);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new AccountKey(new KeyPairSigner(ecdsa, SignatureScheme.EcdsaSecp256r1Sha256));

        var jws = JsonNode.Parse(Jws.Bind(new ExternalAccountOptions("kid \"1\"", file), key, new Uri("https://ca.example/account")))!;

        var header = JsonNode.Parse(Base64Url.DecodeFromChars((string)jws["protected"]!))!;
        Assert.Equal("HS256", (string)header["alg"]!);
        Assert.Equal("kid \"1\"", (string)header["kid"]!);
        Assert.Equal("https://ca.example/account", (string)header["url"]!);
        Assert.Equal(key.Jwk, Encoding.ASCII.GetString(Base64Url.DecodeFromChars((string)jws["payload"]!)));
        Assert.Equal(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{jws["protected"]}.{jws["payload"]}")),
            Base64Url.DecodeFromChars((string)jws["signature"]!));
    }

    [Theory]
    [InlineData("not/base64url!", UnixFileMode.UserRead, "does not hold")]
    [InlineData("YWJj", UnixFileMode.UserRead | UnixFileMode.OtherRead, "chmod 600")]
    [InlineData(null, UnixFileMode.UserRead, "does not exist")]
    public void Bind_SecretThatCannotBeUsed_SaysWhyAndNotWhat(string? content, UnixFileMode mode, string message)
    {
        using var folder = new Folder();
        var file = content is null ? "/nonexistent/eab.key" : folder.Write("eab.key", content, mode);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new AccountKey(new KeyPairSigner(ecdsa, SignatureScheme.EcdsaSecp256r1Sha256));

        var exception = Assert.Throws<AcmeException>(() => Jws.Bind(new ExternalAccountOptions("1", file), key, new Uri("https://ca.example/")));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(content ?? "?", exception.Message, StringComparison.Ordinal);
    }

    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fsp-test-");

        public string Write(string name, string content, UnixFileMode mode)
        {
            var path = Path.Combine(_folder.FullName, name);
            File.WriteAllText(path, content);
            File.SetUnixFileMode(path, mode);
            return path;
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
