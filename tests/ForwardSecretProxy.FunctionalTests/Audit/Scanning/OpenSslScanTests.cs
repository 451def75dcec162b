using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Crypto.Agreement;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>What a scan says of <c>openssl s_server</c> is what that was told.</summary>
public class OpenSslScanTests
{
    private const string OldToo = "-cipher ALL:@SECLEVEL=0 -min_protocol TLSv1";

    [Theory]
    [InlineData("-tls1_2", new[] { TlsVersion.Tls12 })]
    [InlineData("-tls1_3", new[] { TlsVersion.Tls13 })]
    [InlineData("-no_tls1_2 " + OldToo, new[] { TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls13 })]
    public async Task ScanAsync_Versions_AreThoseItWasTold(string options, TlsVersion[] versions)
    {
        var seen = await ScanTarget.ScanOpenSslAsync(options);

        Assert.Equal(versions, seen.SpokenVersions());
        Assert.All(seen.Versions.Where(each => !versions.Contains(each.Version)), each => Assert.Equal(Answer.No, each.Supported));
        Assert.Equal(versions[^1], seen.TypicalClient!.Version);
        seen.AssertIsSound();
    }

    [Theory]
    [InlineData("ECDHE-RSA-CHACHA20-POLY1305:AES128-SHA:ECDHE-ECDSA-AES256-SHA384:DHE-RSA-ARIA128-GCM-SHA256")]
    [InlineData("AES256-SHA256:ADH-AES128-SHA:NULL-SHA256")]
    public async Task ScanAsync_SuitesInTheServersOrder_AreThoseItWasTold(string suites)
    {
        var seen = await ScanTarget.ScanOpenSslAsync($"-tls1_2 -serverpref -cipher {suites}:@SECLEVEL=0");

        Assert.Equal(suites, seen.SuitesOf(TlsVersion.Tls12));
        Assert.Equal(Answer.Yes, seen.Versions.Single(each => each.Version == TlsVersion.Tls12).ServerPreference);
    }

    [Fact]
    public async Task ScanAsync_ClientsOrder_IsSeenToDecide()
    {
        const string suites = "TLS_AES_128_CCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
        var seen = await ScanTarget.ScanOpenSslAsync($"-tls1_3 -ciphersuites {suites}");

        Assert.Equal(suites.Split(':').Order(), seen.SuitesOf(TlsVersion.Tls13).Split(':').Order());
        Assert.Equal(Answer.No, seen.Versions.Single(each => each.Version == TlsVersion.Tls13).ServerPreference);
    }

    [Theory]
    [InlineData("-tls1_2", TlsVersion.Tls12)]
    [InlineData("-tls1", TlsVersion.Tls10)]
    public async Task ScanAsync_EverySuiteThereIs_IsFound(string option, TlsVersion version)
    {
        // A server with two certificates and no shared key: all but the suites that need what it has not.
        var listed = await ProcessRunner.RunAsync("openssl", ["ciphers", "-s", option, "ALL:COMPLEMENTOFALL:!PSK:!SRP:!aDSS:@SECLEVEL=0"]);
        var seen = await ScanTarget.ScanOpenSslAsync($"{option} -cipher ALL:COMPLEMENTOFALL:@SECLEVEL=0");

        var expected = listed.Output.Trim().Split(':').Where(name => !name.StartsWith("TLS_", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(expected, seen.SuitesOf(version).Split(':').Order(StringComparer.Ordinal));
        seen.AssertIsSound();
    }

    [Theory]
    [InlineData("P-521:X25519:brainpoolP384r1", "secp521r1:x25519:brainpoolP384r1", "secp521r1:x25519")]
    [InlineData("X448", "x448", "x448")]
    [InlineData("sect283k1:secp256k1:P-256", "sect283k1:secp256k1:secp256r1", "secp256r1")]
    public async Task ScanAsync_Groups_AreThoseItWasTold(string told, string tls12, string tls13)
    {
        var seen = await ScanTarget.ScanOpenSslAsync($"-serverpref -cipher ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -curves {told}");

        Assert.Equal(tls12, seen.GroupsOf(TlsVersion.Tls12));
        Assert.Equal(tls13, seen.GroupsOf(TlsVersion.Tls13));
        // In TLS 1.3 OpenSSL takes the first share it can use, whatever it was told to prefer.
        Assert.Equal(tls12.Contains(':', StringComparison.Ordinal) ? Answer.Yes : Answer.Unknown, seen.Groups[0].ServerPreference);
        Assert.Equal(tls13.Contains(':', StringComparison.Ordinal) ? Answer.No : Answer.Unknown, seen.Groups[1].ServerPreference);
        var sampled = seen.KeyShares.Select(each => (each.Version, each.Group)).ToList();
        Assert.All(tls12.Split(':'), group => Assert.Contains((TlsVersion.Tls12, group), sampled));
        Assert.All(tls13.Split(':'), group => Assert.Contains((TlsVersion.Tls13, group), sampled));
        seen.AssertIsSound();
    }

    [Fact]
    public async Task ScanAsync_OnlyAnEcdsaCertificate_HidesNoGroup()
    {
        // Clients without the certificate's own curve, P-256, are refused: it is always there when another is asked for.
        var seen = await ScanTarget.ScanOpenSslAsync("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256 -curves P-384:P-256:X25519");

        Assert.Equal(["secp256r1", "secp384r1", "x25519"], seen.GroupsOf(TlsVersion.Tls12).Split(':').Order());
        Assert.All(seen.KeyShares, each => Assert.InRange(each.Samples, 4, int.MaxValue));
    }

    [Fact]
    public async Task ScanAsync_SignatureSchemes_AreThoseItWasTold()
    {
        var seen = await ScanTarget.ScanOpenSslAsync("-sigalgs rsa_pss_rsae_sha384:RSA+SHA512:ECDSA+SHA256");

        Assert.Equal(["ecdsa_secp256r1_sha256", "rsa_pkcs1_sha512", "rsa_pss_rsae_sha384"], seen.SchemesOf(TlsVersion.Tls12).Order());
        Assert.Equal(["ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha384"], seen.SchemesOf(TlsVersion.Tls13).Order());
        Assert.Superset(
            seen.SchemesOf(TlsVersion.Tls12).ToHashSet(), seen.HandshakeSignatures.Where(each => each.Verified > 0).Select(each => each.Scheme).ToHashSet());
    }

    [Fact]
    public async Task ScanAsync_ParametersOfItsOwn_AreSeen()
    {
        using var directory = new TemporaryDirectory();
        var own = DHStandardGroups.rfc2409_1024;
        var file = directory.Write("dh.pem", PemEncoding.WriteString("DH PARAMETERS", new DHParameter(own.P, own.G, 0).GetDerEncoded()));

        var seen = await ScanTarget.ScanOpenSslAsync($"-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -dhparam {file}");

        var parameters = Assert.Single(seen.DhParameters);
        Assert.Equal((1024, "02"), (parameters.Bits, parameters.Generator));
        Assert.Equal(own.P.ToString(16), parameters.Prime, ignoreCase: true);
        Assert.InRange(Assert.Single(seen.KeyShares, each => each.Group == "DHE-1024").Samples, 4, int.MaxValue);
        seen.AssertIsSound();
    }

    [Fact]
    public async Task ScanAsync_Features_AreWhatOpenSslHas()
    {
        var features = (await ScanTarget.ScanOpenSslAsync(OldToo)).Features;

        Assert.Equal((Answer.Yes, Answer.Yes, Answer.Yes), (features.SecureRenegotiation, features.ExtendedMasterSecret, features.EncryptThenMac));
        Assert.Equal((Answer.Yes, Answer.Yes), (features.DowngradeSentinel, features.FallbackScsv));
        Assert.Equal((Answer.No, Answer.No), (features.Compression, features.Heartbeat));
    }

    [Fact]
    public async Task ScanAsync_NothingNewer_LeavesWhatThatWouldNeedOpen()
    {
        var features = (await ScanTarget.ScanOpenSslAsync("-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256")).Features;

        Assert.Equal((Answer.Unknown, Answer.Unknown), (features.DowngradeSentinel, features.FallbackScsv));
        Assert.Equal(Answer.Unknown, features.EncryptThenMac);
    }

    [Fact]
    public async Task ScanAsync_StaticExchangePreferred_IsWhatAnOrdinaryClientGets()
    {
        var seen = await ScanTarget.ScanOpenSslAsync("-tls1_2 -serverpref -cipher AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256");

        Assert.Equal(("TLS_RSA_WITH_AES_128_CBC_SHA", null), (seen.TypicalClient!.Suite.Name, seen.TypicalClient.Group));
    }
}
