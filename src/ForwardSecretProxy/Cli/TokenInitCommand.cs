using System.CommandLine;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp token init</c>: gives a blank token its label and its two PINs.</summary>
internal static class TokenInitCommand
{
    internal static Command Create()
    {
        var module = new ModuleOption();
        var officerPinSource = new PinOptions("--so-pin", "the security officer's PIN, which can reset the user PIN");
        var userPinSource = new PinOptions("--pin", "the user PIN, with which keys are made and used");
        var label = new Option<string>("--label")
        {
            Description = "The token's name, at most 32 bytes.",
            HelpName = "LABEL",
            Required = true,
        };
        var slot = new Option<ulong?>("--slot")
        {
            Description = "The slot of the blank token. Default: the first.",
            HelpName = "N",
        };
        var command = new Command("init",
            "Initialise a blank token: its label, the security officer's PIN and the user PIN. A token that is "
            + "initialised already is never erased.");
        module.AddTo(command);
        command.Options.Add(label);
        command.Options.Add(slot);
        officerPinSource.AddTo(command);
        userPinSource.AddTo(command);
        command.AddExamples(
            "fsp token init --label fsp",
            "fsp token init --module /usr/lib/softhsm/libsofthsm2.so --label fsp --so-pin-file so-pin --pin-file pin");

        command.SetAction(parsed =>
        {
            // The PINs will be in this process's memory: no debugger and no core file is to have them.
            ProcessLimits.Apply();
            var name = parsed.GetValue(label)!;
            var officer = officerPinSource.Read(parsed) ?? new PinPrompt($"New security officer's PIN of \"{name}\"", true);
            var user = userPinSource.Read(parsed) ?? new PinPrompt($"New user PIN of \"{name}\"", true);
            using var officerPin = officer.Read();
            using var userPin = user.Read();
            var token = TokenInitializer.Initialize(module.Read(parsed), name, officerPin, userPin, parsed.GetValue(slot),
                module.ReadArguments(parsed));
            parsed.InvocationConfiguration.Output.WriteLine($"Initialised the token: {token.Describe()}.");
            return ExitCode.AllWell;
        });
        return command;
    }
}
