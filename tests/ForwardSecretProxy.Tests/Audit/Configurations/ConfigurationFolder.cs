using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

/// <summary>A copy of a configuration from <c>Data</c>, with the keys, certificates and parameters that it names.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    private static readonly Lazy<(string Key, string Certificate)> Web = new(MakeCertificate);

    /// <param name="source">The folder to copy; null for none.</param>
    /// <param name="ports">What is put in for <c>@PORT@</c>, <c>@PORT2@</c> and so on.</param>
    public ConfigurationFolder(string? source, params int[] ports)
    {
        if (source is not null) Copy(source, Root, ports);
        var (key, certificate) = Web.Value;
        Write("web.key", key);
        Write("web.crt", certificate);
        Write("web.pem", certificate + key);
        Write("dh1024.pem", DhParameters(DHStandardGroups.rfc2409_1024));
        Write("dh2048.pem", DhParameters(DHStandardGroups.rfc7919_ffdhe2048));
        Write("web-dh.pem", certificate + DhParameters(DHStandardGroups.rfc2409_1024));
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("ec.key", ec.ExportPkcs8PrivateKeyPem());
        // What pkcs11-provider makes: no key, only its URI.
        Write("pkcs11.pem", certificate + PemEncoding.WriteString("PKCS#11 PROVIDER URI", "pkcs11:token=web"u8));
        File.WriteAllBytes(PathOf("ticket.key"), RandomNumberGenerator.GetBytes(48));
        Write("ticket.keys", string.Concat(Enumerable.Range(0, 3).Select(_ => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)) + "\n")));
        Age("ticket.key", TimeSpan.FromDays(400));
        Age("ticket.keys", TimeSpan.FromDays(3));
    }

    /// <summary>Its absolute path.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("fsp-audit-").FullName;

    /// <summary>The path of a file in it.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Writes a file, and returns its path.</summary>
    public string Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    /// <summary>Puts one text in another's place, which must be there.</summary>
    public void Replace(string name, string text, string with)
    {
        var content = File.ReadAllText(PathOf(name));
        Assert.Contains(text, content, StringComparison.Ordinal);
        Write(name, content.Replace(text, with, StringComparison.Ordinal));
    }

    /// <summary>Makes a file as old as that.</summary>
    public void Age(string name, TimeSpan age) => File.SetLastWriteTimeUtc(PathOf(name), DateTime.UtcNow - age);

    /// <summary>The number of the line in which a text stands first.</summary>
    public int LineOf(string name, string text) =>
        Array.FindIndex(File.ReadAllLines(PathOf(name)), line => line.Contains(text, StringComparison.Ordinal)) + 1;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Parameters as <c>openssl dhparam</c> writes them.</summary>
    public static string DhParameters(DHParameters group) => PemEncoding.WriteString(
        "DH PARAMETERS", new DerSequence(new DerInteger(group.P), new DerInteger(group.G)).GetDerEncoded()) + "\n";

    private void Copy(string source, string target, int[] ports)
    {
        foreach (var folder in Directory.GetDirectories(source))
            Copy(folder, Directory.CreateDirectory(Path.Combine(target, Path.GetFileName(folder))).FullName, ports);
        foreach (var file in Directory.GetFiles(source))
        {
            var content = File.ReadAllText(file).Replace("@DIR@", Root, StringComparison.Ordinal);
            for (var i = 0; i < 3; i++)
            {
                var port = i < ports.Length ? ports[i] : 20_443 + i;
                content = content.Replace(i == 0 ? "@PORT@" : $"@PORT{i + 1}@", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            }
            File.WriteAllText(Path.Combine(target, Path.GetFileName(file)), content);
        }
    }

    private static (string Key, string Certificate) MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=www.example.org", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return (key.ExportPkcs8PrivateKeyPem() + "\n", certificate.ExportCertificatePem() + "\n");
    }
}
