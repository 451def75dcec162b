using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>The <c>curl</c> program with a mail protocol and the user's password, told that the name is at 127.0.0.1.</summary>
internal static class MailCurl
{
    /// <summary>Does what the address and the options say, from the client's address, with an input.</summary>
    public static Task<ProcessResult> RunAsync(
        MailFixture mail, string scheme, int port, string path, string client, string input, params string[] options)
    {
        var authority = FormattableString.Invariant($"{MailFixture.Name}:{mail.Ports[port]}");
        return ProcessRunner.RunAsync("curl",
        [
            "-q", "-sS", "--max-time", "20", "--resolve", authority + ":127.0.0.1", "--interface", client,
            "--cacert", mail.RootPath, "--user", $"{DovecotServer.User}:{mail.Dovecot.Password}", .. options,
            $"{scheme}://{authority}{path}",
        ], input);
    }
}
