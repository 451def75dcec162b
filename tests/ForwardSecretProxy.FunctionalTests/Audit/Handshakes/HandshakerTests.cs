using System.Text;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.FunctionalTests.Audit.Handshakes;

/// <summary>Complete handshakes with OpenSSL, an implementation that has nothing in common with ours.</summary>
public sealed class HandshakerTests
{
    private const string EcKey = "ec -pkeyopt ec_paramgen_curve:P-256";

    [Theory]
    [InlineData("rsa:2048", Authentication.Rsa)]
    [InlineData(EcKey, Authentication.Ecdsa)]
    public async Task Connect_EverySuiteOfTls12AndBefore_CarriesData(string key, Authentication authentication)
    {
        await using var server = await HandshakeServer.StartAsync(key, HandshakeServer.Everything);
        var failures = new List<string>();
        foreach (var version in (TlsVersion[])[TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12])
        {
            var suites = await HandshakeServer.SuitesAsync(version, authentication, Authentication.None);
            Assert.NotEmpty(suites);
            foreach (var suite in suites)
            {
                var offer = new HandshakeOffer(version) { Suites = [suite] };
                await TryAsync(server, offer, failures);
                if (!suite.IsAead)
                    await TryAsync(server, offer with { EncryptThenMac = false, ExtendedMasterSecret = false }, failures);
            }
        }

        Assert.Empty(failures);
    }

    [Theory]
    [InlineData("TLS_AES_128_GCM_SHA256")]
    [InlineData("TLS_AES_256_GCM_SHA384")]
    [InlineData("TLS_CHACHA20_POLY1305_SHA256")]
    [InlineData("TLS_AES_128_CCM_SHA256")]
    [InlineData("TLS_AES_128_CCM_8_SHA256")]
    public async Task Connect_EverySuiteOfTls13_CarriesDataAndResumes(string name)
    {
        await using var server = await HandshakeServer.StartAsync(EcKey, $"-ciphersuites {name}");
        var offer = new HandshakeOffer(TlsVersion.Tls13);
        var failures = new List<string>();

        await TryAsync(server, offer, failures);
        await TryAsync(server, offer with { Shares = [] }, failures);

        Assert.Empty(failures);
        await using var first = await server.Client.ConnectAsync(offer, default);
        Assert.Equal(name, first.Facts!.Suite.Name);
        Assert.True(await first.Connection!.WaitForTicketAsync(TimeSpan.FromSeconds(5), default));
        var session = first.Connection.Tickets.First();
        await first.DisposeAsync();
        await using var second = await server.Client.ConnectAsync(offer with { Session = session }, default);
        Assert.True(second.IsComplete && second.Facts.IsResumed, second.Reason);
        Assert.NotNull(second.Facts.ServerShare);
        // OpenSSL's tickets outlive their use.
        await second.DisposeAsync();
        await using var retried = await server.Client.ConnectAsync(offer with { Session = session, Shares = [] }, default);
        Assert.True(retried.IsComplete && retried.Facts is { IsResumed: true, WasRetried: true }, retried.Reason);
    }

    [Theory]
    [InlineData("x25519", TlsVersion.Tls13, "X25519")]
    [InlineData("x448", TlsVersion.Tls13, "X448")]
    [InlineData("secp256r1", TlsVersion.Tls13, "P-256")]
    [InlineData("secp384r1", TlsVersion.Tls13, "P-384")]
    [InlineData("secp521r1", TlsVersion.Tls13, "P-521")]
    [InlineData("ffdhe2048", TlsVersion.Tls13, "ffdhe2048")]
    [InlineData("ffdhe3072", TlsVersion.Tls13, "ffdhe3072")]
    [InlineData("x448", TlsVersion.Tls12, "X448")]
    [InlineData("secp521r1", TlsVersion.Tls12, "P-521")]
    [InlineData("brainpoolP384r1", TlsVersion.Tls12, "brainpoolP384r1")]
    [InlineData("secp256k1", TlsVersion.Tls12, "secp256k1")]
    [InlineData("sect283r1", TlsVersion.Tls12, "sect283r1")]
    public async Task Connect_EachGroup_CarriesData(string group, TlsVersion version, string openSslName)
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", $"-groups {openSslName}");
        var wanted = NamedGroups.Find(group)!;
        var failures = new List<string>();

        await TryAsync(server, new HandshakeOffer(version) { Groups = [wanted] }, failures);

        Assert.Empty(failures);
        await using var outcome = await server.Client.ConnectAsync(new HandshakeOffer(version) { Groups = [wanted] }, default);
        Assert.Equal(wanted, outcome.Facts?.Group);
    }

    [Theory]
    [InlineData("rsa:2048", "rsa_pss_rsae_sha512", TlsVersion.Tls13)]
    [InlineData("rsa-pss -pkeyopt rsa_keygen_bits:2048", "rsa_pss_pss_sha256", TlsVersion.Tls13)]
    [InlineData(EcKey, "ecdsa_secp256r1_sha256", TlsVersion.Tls13)]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-384", "ecdsa_secp384r1_sha384", TlsVersion.Tls13)]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-521", "ecdsa_secp521r1_sha512", TlsVersion.Tls13)]
    [InlineData("ed25519", "ed25519", TlsVersion.Tls13)]
    [InlineData("ed448", "ed448", TlsVersion.Tls13)]
    [InlineData("rsa:2048", "rsa_pkcs1_sha256", TlsVersion.Tls12)]
    [InlineData("rsa:2048", "rsa_pss_rsae_sha384", TlsVersion.Tls12)]
    [InlineData("rsa:2048", "rsa_pkcs1_sha1", TlsVersion.Tls12)]
    [InlineData("ed25519", "ed25519", TlsVersion.Tls12)]
    [InlineData("ec -pkeyopt ec_paramgen_curve:brainpoolP256r1", "ecdsa_secp256r1_sha256", TlsVersion.Tls12)]
    [InlineData("rsa:2048", "rsa_pkcs1_md5_sha1", TlsVersion.Tls11)]
    [InlineData(EcKey, "ecdsa_sha1", TlsVersion.Tls10)]
    public async Task Connect_EachKindOfCertificate_VerifiesTheSignature(string key, string scheme, TlsVersion version)
    {
        await using var server = await HandshakeServer.StartAsync(key, "-cipher ALL:!kRSA:@SECLEVEL=0 -sigalgs "
            + "ed25519:ed448:rsa_pss_pss_sha256:rsa_pss_rsae_sha512:rsa_pss_rsae_sha384:RSA+SHA256:RSA+SHA1:ECDSA+SHA256:ECDSA+SHA384"
            + ":ECDSA+SHA512 -curves X25519:P-256:P-384:P-521:brainpoolP256r1");
        var offer = new HandshakeOffer(version);
        if (SignatureSchemes.Find(scheme) is { } one)
            offer = offer with { Schemes = [one] };

        await using var outcome = await server.Client.ConnectAsync(offer, default);

        Assert.True(outcome.IsComplete, outcome.Reason);
        Assert.Equal((scheme, true), (outcome.Facts.Signature?.Name, outcome.Facts.Signature?.Holds));
    }

    [Fact]
    public async Task Connect_ServerWantsCertificate_AnswersWithNone()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "-verify 1");
        var failures = new List<string>();

        await TryAsync(server, new HandshakeOffer(TlsVersion.Tls13), failures);
        await TryAsync(server, new HandshakeOffer(TlsVersion.Tls12), failures);

        Assert.Empty(failures);
        await using var outcome = await server.Client.ConnectAsync(new HandshakeOffer(TlsVersion.Tls13), default);
        Assert.True(outcome.Facts?.WantsClientCertificate);
    }

    [Fact]
    public async Task Read_ServerUpdatesItsKeys_GoesOnInBothDirections()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "", answersHttp: false);
        await using var outcome = await server.Client.ConnectAsync(new HandshakeOffer(TlsVersion.Tls13), default);
        await using var stream = outcome.Connection!.OpenStream();
        var buffer = new byte[64];

        // s_server's command for a KeyUpdate that wants one in return; it takes one line at a time.
        var before = outcome.Connection.Records.Reading;
        var reading = stream.ReadAsync(buffer).AsTask();
        await server.WriteLineAsync("K");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (outcome.Connection.Records.Reading == before)
            await pace.WaitForNextTickAsync(limit.Token);
        await server.WriteLineAsync("under new keys");
        var length = await reading;
        await stream.WriteAsync("under new keys, too\n"u8.ToArray());

        Assert.Equal("under new keys\n", Encoding.ASCII.GetString(buffer.AsSpan(0, length)));
        await server.WaitForLineAsync(line => line.Contains("under new keys, too", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connect_NothingInCommon_IsAnAlert()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "-tls1_3");

        await using var outcome = await server.Client.ConnectAsync(new HandshakeOffer(TlsVersion.Tls12), default);

        Assert.Equal((FlightEnding.Alert, TlsAlert.ProtocolVersion), (outcome.Ending, outcome.Alert?.Description));
    }

    private static async Task TryAsync(HandshakeServer server, HandshakeOffer offer, List<string> failures)
    {
        await using var outcome = await server.Client.ConnectAsync(offer, default);
        var what = $"{offer.Version} {string.Join(' ', offer.Suites.Take(2))} {string.Join(' ', offer.Groups.Take(2))}";
        if (!outcome.IsComplete)
        {
            failures.Add($"{what}: {outcome.Reason}");
            return;
        }

        if (outcome.Facts.Signature is { Holds: not true } signature)
            failures.Add($"{what}: {signature}");
        await using var stream = outcome.Connection.OpenStream();
        await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var answer = await reader.ReadToEndAsync(limit.Token);
        if (!answer.StartsWith("HTTP/1.0 200", StringComparison.Ordinal) || !answer.Contains(outcome.Facts.Suite.OpenSslName!, StringComparison.Ordinal))
            failures.Add($"{what}: answered {answer.Length} characters");
    }
}
