using System.CommandLine;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp csr</c>: a PKCS#10 request (RFC 2986) that the key on the token signs.</summary>
internal static class CsrCommand
{
    internal static Command Create()
    {
        var key = new TokenKeyOptions();
        var names = new CertificateNameOptions();
        var output = new PemOutput();
        var command = new Command("csr",
            "Make a certificate request for a key on a token, signed by that key, and print it in PEM. The key must "
            + "pass the same gate as for serving: made on the token, never extractable, sign-only.");
        names.AddTo(command);
        key.AddTo(command);
        output.AddTo(command);
        command.AddExamples(
            "fsp csr --config /etc/fsp/fsp.jsonc --certificate web --dns www.example.org --out web.csr",
            "fsp csr --module /usr/lib/softhsm/libsofthsm2.so --key 'pkcs11:token=fsp;object=web' --pin-file pin \\\n"
            + "      --dns example.org --dns '*.example.org' --subject 'CN=example.org,O=Example,C=DE'");

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (subject, wanted) = names.Read(parsed);
            using var opened = await key.OpenAsync(parsed, cancellationToken);
            output.Write(parsed, await TokenCertificateFactory.CreateRequestAsync(
                opened.Signer, subject, wanted, cancellationToken));
            return ExitCode.AllWell;
        });
        return command;
    }
}
