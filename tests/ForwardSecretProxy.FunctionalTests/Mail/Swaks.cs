using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>The <c>swaks</c> program: it sends one message and shows the conversation.</summary>
internal static class Swaks
{
    /// <summary>How it shows that the server offers STARTTLS.</summary>
    public const string OfferInTheClear = "<-  250[- ]STARTTLS";

    /// <summary>How it shows that the server offers it inside TLS, where it has no place.</summary>
    public const string OfferInsideTls = "<~  250[- ]STARTTLS";

    /// <summary>Options for TLS after STARTTLS, which must succeed, with the server's certificate verified.</summary>
    public static string[] StartTls(MailFixture mail) => ["--tls", .. Verified(mail)];

    /// <summary>Options for TLS from the first byte, with the server's certificate verified.</summary>
    public static string[] ImplicitTls(MailFixture mail) => ["--tls-on-connect", .. Verified(mail)];

    /// <summary>Sends a message with the subject, by way of the port on 127.0.0.1 and from the client's address.</summary>
    public static Task<ProcessResult> SendAsync(int port, string client, string subject, string recipient, params string[] options) =>
        ProcessRunner.RunAsync("swaks",
        [
            "--server", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--local-interface", client,
            "--helo", "client.example.test", "--from", "bob@elsewhere.test", "--to", recipient,
            "--header", "Subject: " + subject, "--timeout", "20", .. options,
        ]);

    private static string[] Verified(MailFixture mail) =>
        ["--tls-sni", MailFixture.Name, "--tls-verify", "--tls-ca-path", mail.RootPath];
}
