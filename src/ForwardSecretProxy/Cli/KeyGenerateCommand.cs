using System.CommandLine;
using System.Text;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp key generate</c>: a key pair whose private half signs and never leaves the token.</summary>
internal static class KeyGenerateCommand
{
    internal static Command Create()
    {
        var selection = new TokenSelectionOptions();
        var label = new Option<string>("--key-label")
        {
            Description = "The key's label, not in use on the token yet.",
            HelpName = "LABEL",
            Required = true,
        };
        var type = new Option<string>("--type")
        {
            Description = "ec-p256 is the fastest and what every client of the last ten years takes.",
            DefaultValueFactory = _ => "ec-p256",
        }.AcceptOnlyFromAmong([.. KeyKinds.ByName.Keys]);
        var output = new Option<FileInfo?>("--out", "-o")
        {
            Description = "Write the public key to FILE instead of stdout.",
            HelpName = "FILE",
        };
        var command = new Command("generate",
            "Make a key pair on a token and print its public key in PEM. The private key can sign and nothing else, "
            + "and cannot be read or wrapped out of the token by anybody.");
        command.Options.Add(label);
        command.Options.Add(type);
        command.Options.Add(output);
        selection.AddTo(command);
        command.AddExamples(
            "fsp key generate --label fsp --key-label web",
            "fsp key generate --label fsp --key-label web-rsa --type rsa-3072 --pin-file pin --out web-rsa.pub.pem");

        command.SetAction(parsed =>
        {
            using var token = selection.Open(parsed);
            var key = new KeyStore(token).Generate(KeyKinds.ByName[parsed.GetValue(type)!], parsed.GetValue(label)!);
            Write(parsed, parsed.GetValue(output), key.ToPem() + "\n");
            return ExitCode.AllWell;
        });
        return command;
    }

    private static void Write(ParseResult parsed, FileInfo? file, string pem)
    {
        if (file is null)
            parsed.InvocationConfiguration.Output.Write(pem);
        else
            AtomicFile.Replace(file.FullName, Encoding.ASCII.GetBytes(pem));
    }
}
