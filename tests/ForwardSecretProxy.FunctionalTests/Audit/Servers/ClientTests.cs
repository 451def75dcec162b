using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>
/// The servers of the catalogue are what they are said to be, by the word of <c>openssl s_client</c>: it sees the weakness
/// at the one, and the same client does not see it at the other.
/// </summary>
public sealed class ClientTests(RunningServers servers) : IClassFixture<RunningServers>
{
    private const string Oldest = "-cipher ALL:@SECLEVEL=0";
    private const string TicketHint = "TLS session ticket lifetime hint: ";
    private const string OwnDhe = "-tls1_2 -cipher DHE:@SECLEVEL=0";
    private const string Verify = "-verify_return_error -verify_hostname " + Identities.Host;

    [Theory]
    [InlineData("openssl-static-rsa", "openssl-good", "-tls1_2 -cipher kRSA", "Cipher is AES")]
    [InlineData("openssl-static-rsa-last", "openssl-good", "-tls1_2 -cipher kRSA", "Cipher is AES")]
    [InlineData("openssl-static-rsa-preferred", "openssl-static-rsa-last", "-tls1_2", "Cipher is AES")]
    [InlineData("openssl-static-psk", "openssl-good", "-tls1_2 -psk 0123456789abcdef -cipher kPSK", "Cipher is PSK-")]
    [InlineData("openssl-anonymous", "openssl-good", "-tls1_2 -cipher aNULL:@SECLEVEL=0", "Cipher is AECDH-")]
    [InlineData("openssl-null", "openssl-good", "-tls1_2 -cipher NULL:@SECLEVEL=0", "Cipher is ECDHE-RSA-NULL-")]
    [InlineData("openssl-tls10", "openssl-good", "-tls1 " + Oldest, "New, TLSv1")]
    [InlineData("openssl-tls11", "openssl-tls10", "-tls1_1 " + Oldest, "New, TLSv1")]
    [InlineData("openssl-dhe-1024", "openssl-dhe-ffdhe2048", OwnDhe, "Temp Key: DH, 1024")]
    [InlineData("openssl-dhe-not-safe", "openssl-dhe-1024", OwnDhe, "Temp Key: DH, 2048")]
    [InlineData("openssl-tickets", "openssl-session-ids", "-tls1_2", TicketHint)]
    [InlineData("openssl-tickets", "openssl-good", "-tls1_2 -reconnect", "Reused, ")]
    [InlineData("openssl-session-ids", "openssl-good", "-tls1_2 -reconnect", "Reused, ")]
    [InlineData("nginx-old", "openssl-no-encrypt-then-mac", "-tls1_2 -cipher SHA256 -tlsextdebug", "\"encrypt-then-mac\"")]
    [InlineData("openssl-alpn", "openssl-good", "-alpn h2", "ALPN protocol: h2")]
    [InlineData("nginx-old", "nginx-intermediate", "-tls1 " + Oldest, "New, TLSv1")]
    [InlineData("nginx-old", "nginx-intermediate", "-tls1_2 -cipher kRSA", "Cipher is AES")]
    [InlineData("nginx-old", "nginx-intermediate", OwnDhe, "Temp Key: DH, 1024")]
    [InlineData("nginx-intermediate", "nginx-modern", "-tls1_2", "New, TLSv1.2")]
    [InlineData("nginx-intermediate", "nginx-no-sessions", "-tls1_2 -reconnect", "Reused, ")]
    [InlineData("nginx-intermediate", "nginx-tickets", "-tls1_2 -sigalgs ECDSA+SHA256", "signature type: ecdsa")]
    [InlineData("nginx-tickets", "nginx-intermediate", "-tls1_2", TicketHint)]
    [InlineData("nginx-ticket-key-file", "nginx-tickets", "-tls1_2", "0000 - 74 74 74 74 74 74 74 74-74 74 74 74 74 74 74 74")]
    [InlineData("nginx-no-sessions", "nginx-no-extended-master-secret", "-tls1_2", "Extended master secret: yes")]
    [InlineData("nginx-no-sessions", "nginx-no-hsts", "", "Strict-Transport-Security: max-age=")]
    [InlineData("nginx-two-names", "nginx-intermediate", "-servername " + Identities.OtherHost, "CN=" + Identities.OtherHost)]
    [InlineData("apache-intermediate", "apache-tickets", "-tls1_2 -sigalgs ECDSA+SHA256", "signature type: ecdsa")]
    [InlineData("apache-intermediate", "apache-old", "", "Strict-Transport-Security: max-age=")]
    [InlineData("apache-tickets", "apache-intermediate", "-tls1_2", TicketHint)]
    [InlineData("apache-old", "apache-intermediate", "-tls1 " + Oldest, "New, TLSv1")]
    [InlineData("apache-old", "apache-intermediate", "-tls1_2 -cipher kRSA", "Cipher is AES")]
    [InlineData("stunnel-old", "stunnel-good", "-tls1 " + Oldest, "New, TLSv1")]
    [InlineData("stunnel-old", "stunnel-good", "-tls1_2 -cipher kRSA", "Cipher is AES")]
    [InlineData("stunnel-tickets", "stunnel-good", "-tls1_2", TicketHint)]
    [InlineData("bouncycastle-one-ticket-key", "bouncycastle-good", "-tls1_2", "0000 - 6b 6b 6b 6b 6b 6b 6b 6b-6b 6b 6b 6b 6b 6b 6b 6b")]
    [InlineData("bouncycastle-one-ticket-key", "nginx-tickets", "-tls1_2", TicketHint + "604800 ")]
    [InlineData("bouncycastle-ssl3", "bouncycastle-good", "-tls1 " + Oldest, "New, TLSv1")]
    [InlineData("bouncycastle-no-fallback", "bouncycastle-good", "-tls1_1 " + Oldest, "New, TLSv1")]
    [InlineData("bouncycastle-ssl3", "bouncycastle-no-fallback", "-tls1_1 -fallback_scsv " + Oldest, "SSL alert number 86")]
    [InlineData("bouncycastle-no-secure-renegotiation", "bouncycastle-good", "-tls1_2", "Secure Renegotiation IS NOT")]
    [InlineData("bouncycastle-wrong-signature", "bouncycastle-good", "-tls1_2", "bad signature")]
    [InlineData("bouncycastle-wrong-signature-tls13", "bouncycastle-good", "-tls1_3", "bad signature")]
    [InlineData("scripted-tls13-intolerant", "openssl-static-rsa", "-tls1_2", "Cipher is ECDHE-")]
    [InlineData("bouncycastle-good", "scripted-tls13-intolerant", "", "New, TLSv1.")]
    [InlineData("openssl-good", "certificate-expired", Verify, "Verify return code: 0 (ok)")]
    [InlineData("certificate-expired", "openssl-good", Verify, "certificate has expired")]
    [InlineData("certificate-other-name", "openssl-good", Verify, "hostname mismatch")]
    [InlineData("certificate-sha1", "openssl-good", Verify, "CA signature digest algorithm too weak")]
    [InlineData("certificate-rsa-1024", "openssl-good", Verify, "EE certificate key too weak")]
    public async Task Client_WhatTheFirstHasAndTheSecondHasNot_SeesItThereOnly(
        string with, string without, string options, string seen)
    {
        var answer = await AskAsync(with, options);

        Assert.True(answer.Contains(seen, StringComparison.OrdinalIgnoreCase), answer);
        Assert.DoesNotContain(seen, await AskAsync(without, options), StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> AskAsync(string name, string options)
    {
        var server = await servers.GetAsync(name);
        var report = await OpenSslClient.RunAsync(server.Port, $"-ign_eof -CAfile {servers.Identities.RootFile} {options}",
            $"GET / HTTP/1.1\r\nHost: {Identities.Host}\r\nConnection: close\r\n\r\n");
        // Versions of s_client write names with and without blanks.
        return report.Process.Text.Replace(" = ", "=", StringComparison.Ordinal);
    }
}
