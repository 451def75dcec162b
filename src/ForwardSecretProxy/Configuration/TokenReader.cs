using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads one entry of <c>Tokens</c>.</summary>
internal static class TokenReader
{
    /// <summary>Reads the entry; null when too little of it can be used.</summary>
    public static TokenEntry? Read(SectionReader token)
    {
        var defaults = new TokenOptions { Module = "" };
        var module = ReadModule(token);
        var options = defaults with
        {
            Module = module ?? "",
            ModuleArguments = token.Text("ModuleArguments"),
            Label = token.Text("Label"),
            Serial = token.Text("Serial"),
            Slot = ReadSlot(token),
            Sessions = token.Int32("Sessions", defaults.Sessions, 1, 4096),
            QueueTimeout = token.Time(
                "QueueTimeout", defaults.QueueTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5)),
            CallTimeout = token.Time(
                "CallTimeout", defaults.CallTimeout, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(5)),
        };
        var limit = token.OptionalInt32("MaxSignaturesPerSecond", 1, 1_000_000);
        var (pinKey, pinValue, pin) = ReadPin(token, options.Label);
        var isChosen = token.Has("Label") || token.Has("Serial") || token.Has("Slot");
        if (!isChosen)
        {
            token.Report("it does not say which token of the module is meant",
                "Set Label (or Serial, or Slot); fsp token list shows them.");
        }
        token.RejectUnknownKeys();
        return module is not null && isChosen
            ? new TokenEntry(token.Name, options with { Pin = pin }, limit, pinKey, pinValue)
            : null;
    }

    private static string? ReadModule(SectionReader token)
    {
        // A bare name is the loader's business; only what has a slash is a path of ours.
        var module = token.RequiredText("Module", "/usr/lib/softhsm/libsofthsm2.so", "path");
        return module is not null && module.Contains('/', StringComparison.Ordinal)
            ? token.FilePath("Module")
            : module;
    }

    private static ulong? ReadSlot(SectionReader token)
    {
        var slot = token.Integer("Slot", null, 0, long.MaxValue);
        return token.Has("Slot") ? (ulong)slot : null;
    }

    private static (string? Key, string? Value, PinSource? Source) ReadPin(SectionReader token, string? label)
    {
        token.Refuse("Pin", "a PIN does not stand in the configuration: files are copied, backed up and shown",
            "Put it into a file that only the service's user can read and set PinFile, or use PinEnvironment, "
            + "PinCredential (systemd) or PinPrompt; then change the PIN, for it has been written down.");

        var file = token.FilePath("PinFile");
        var variable = token.Text("PinEnvironment");
        var credential = token.Text("PinCredential");
        var given = new List<(string Key, string? Value, PinSource? Source)>();
        if (file is not null)
            given.Add(("PinFile", file, new PinFile(file)));
        if (variable is not null)
            given.Add(("PinEnvironment", variable, ReadVariable(token, variable)));
        if (credential is not null)
            given.Add(("PinCredential", credential, ReadCredential(token, credential)));
        if (token.Boolean("PinPrompt", false))
            given.Add(("PinPrompt", null, new PinPrompt($"User PIN of the token \"{label ?? token.Name}\"")));

        if (given.Count > 1)
        {
            token.Report(
                $"{string.Join(" and ", given.Select(source => source.Key))} both say where the PIN comes from",
                "Keep one of them.");
        }
        return given is [var only] ? only : (null, null, null);
    }

    private static PinEnvironmentVariable? ReadVariable(SectionReader token, string name)
    {
        if (name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return new PinEnvironmentVariable(name);

        // What stands here by mistake may be the PIN itself: it is not repeated.
        token.Report("PinEnvironment", "it is not the name of an environment variable",
            "Write the variable's name, such as FSP_PIN, and set the variable where the service is started.");
        return null;
    }

    private static PinCredential? ReadCredential(SectionReader token, string name)
    {
        if (name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && name is not "." and not "..")
            return new PinCredential(name);

        token.Report("PinCredential", "it is a credential's name, not a path",
            "Write the name that LoadCredential= gives it in the unit file.");
        return null;
    }
}
