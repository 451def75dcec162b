using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Tests.Routing;

[SupportedOSPlatform("linux")]
public sealed class BackendLoaderTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fsp-backend-");
    private readonly ConfigurationContext _context = new("/", new Dictionary<string, string>());

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_GoodFiles_GivesAuthoritiesAndClientCertificate(bool rsa)
    {
        var (certificate, key) = Identity(rsa);

        var backend = Load(Write("ca.pem", Root().Pem), Write("client.pem", certificate), Write("client.key", key));

        Assert.Empty(_context.Problems);
        Assert.Equal("CN=root", Assert.Single(backend.Authorities!).Subject);
        Assert.True(backend.ClientCertificate!.TargetCertificate.HasPrivateKey);
    }

    [Theory]
    [InlineData("CaFile", "missing", "does not exist")]
    [InlineData("CaFile", "empty", "holds no certificate")]
    [InlineData("CaFile", "damaged", "damaged")]
    [InlineData("CaFile", "no root", "holds no root certificate")]
    [InlineData("ClientCertificate", "missing", "does not exist")]
    [InlineData("ClientKey", "missing", "does not exist")]
    [InlineData("ClientKey", "empty", "holds no private key")]
    [InlineData("ClientKey", "another key", "is not the key of ClientCertificate")]
    [InlineData("ClientKey", "another kind", "is not the key of ClientCertificate")]
    [InlineData("ClientKey", "encrypted", "encrypted")]
    [InlineData("ClientKey", "readable by others", "others than its owner")]
    [InlineData("CaFile", "too large", "is larger than")]
    public void Load_BadFile_NamesKeyAndMend(string key, string fault, string message)
    {
        var (certificate, good) = Identity(rsa: false);
        var path = fault switch
        {
            "missing" => Path.Combine(_directory.FullName, "missing"),
            "empty" => Write("bad", ""),
            "damaged" => Write("bad", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
            "no root" => Write("bad", certificate),
            "another key" => Write("bad", Identity(rsa: false).Key),
            "another kind" => Write("bad", Identity(rsa: true).Key),
            "encrypted" => Write("bad", Encrypted()),
            "too large" => Write("bad", new string(' ', PemFile.MaxBytes + 1)),
            _ => Write("bad", good, UnixFileMode.UserRead | UnixFileMode.GroupRead),
        };

        Load(
            key == "CaFile" ? path : null,
            key == "ClientCertificate" ? path : Write("client.pem", certificate),
            key == "ClientKey" ? path : Write("client.key", good));

        var problem = Assert.Single(_context.Problems);
        Assert.Equal($"Backends:service:{key}", problem.Path);
        Assert.Equal(ConfigurationProblemSeverity.Error, problem.Severity);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Mend);
    }

    [Fact]
    public void Load_ExpiredAuthority_IsAWarning()
    {
        Load(Write("ca.pem", Root(DateTimeOffset.UtcNow.AddDays(-1)).Pem), null, null);

        var problem = Assert.Single(_context.Problems);
        Assert.Equal(ConfigurationProblemSeverity.Warning, problem.Severity);
        Assert.Contains("CN=root expired on", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IsSameAs_FilesThatChange_TellsTheDifference()
    {
        var ca = Write("ca.pem", Root().Pem);
        var before = Load(ca, null, null);
        var unchanged = Load(ca, null, null);
        var (certificate, key) = Identity(rsa: false);
        var withClient = Load(ca, Write("client.pem", certificate), Write("client.key", key));
        var changed = Load(Write("ca.pem", Root().Pem), null, null);

        Assert.True(before.IsSameAs(unchanged));
        Assert.False(before.IsSameAs(changed));
        Assert.False(before.IsSameAs(withClient));
        Assert.False(before.IsSameAs(Backend.Default));
    }

    private Backend Load(string? ca, string? certificate, string? key) => new BackendLoader(
        new BackendOptions { Cluster = "service", CaFile = ca, ClientCertificate = certificate, ClientKey = key },
        _context).Load();

    private string Write(string name, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    private static (string Pem, string Key) Root(DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-2), notAfter ?? DateTimeOffset.UtcNow.AddDays(1));
        return (root.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A certificate whose issuer is another, and its key.</summary>
    private static (string Certificate, string Key) Identity(bool rsa)
    {
        using var issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using (key)
        {
            var request = new CertificateRequest(
                new X500DistinguishedName("CN=client"), new PublicKey(key), HashAlgorithmName.SHA256);
            using var certificate = request.Create(
                new X500DistinguishedName("CN=root"), X509SignatureGenerator.CreateForECDsa(issuer),
                DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
            return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        }
    }

    private static string Encrypted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportEncryptedPkcs8PrivateKeyPem(
            "passphrase", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1));
    }
}
