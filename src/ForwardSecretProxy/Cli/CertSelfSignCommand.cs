using System.CommandLine;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp cert self-sign</c>: a certificate that the key on the token signs itself.</summary>
internal static class CertSelfSignCommand
{
    // As long as public CAs sign for, so that replacing it is practised too.
    private const int DefaultDays = 90;

    // What Apple's clients accept of certificates whose trust was installed by hand.
    private const int MaxDays = 825;

    internal static Command Create()
    {
        var key = new TokenKeyOptions();
        var names = new CertificateNameOptions();
        var output = new PemOutput();
        var days = new Option<int>("--days")
        {
            Description = $"How long it is good, 1 to {MaxDays} days.",
            HelpName = "DAYS",
            DefaultValueFactory = _ => DefaultDays,
        };
        days.Validators.Add(result =>
        {
            // Text that is no number has no value to ask for.
            if (result.Tokens is [var text] && !(int.TryParse(text.Value, out var number) && number is >= 1 and <= MaxDays))
                result.AddError($"--days takes a number from 1 to {MaxDays}.");
        });
        var command = new Command("self-sign",
            "Make a certificate that the key on the token signs itself, and print it in PEM: for tests, and for "
            + "clients that are told to trust just this one. It is a server's certificate (serverAuth, "
            + "digitalSignature, no CA).");
        names.AddTo(command);
        command.Options.Add(days);
        key.AddTo(command);
        output.AddTo(command);
        command.AddExamples(
            "fsp cert self-sign --config fsp.jsonc --certificate web --dns localhost --ip 127.0.0.1 --out web.pem",
            "fsp cert self-sign --module /usr/lib/softhsm/libsofthsm2.so --key 'pkcs11:token=fsp;object=web' \\\n"
            + "      --pin-file pin --dns localhost --days 30");

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (subject, wanted) = names.Read(parsed);
            if (subject.RawData.Length <= 2)
                throw new CommandFailedException("a self-signed certificate needs a subject", ExitCode.Usage);

            using var opened = await key.OpenAsync(parsed, cancellationToken);
            output.Write(parsed, await TokenCertificateFactory.CreateSelfSignedAsync(
                opened.Signer, subject, wanted, DateTimeOffset.UtcNow, TimeSpan.FromDays(parsed.GetValue(days)),
                cancellationToken));
            return ExitCode.AllWell;
        });
        return command;
    }
}
