namespace ForwardSecretProxy.Configuration;

/// <summary>Reads one entry of <c>Tokens</c>.</summary>
internal static class TokenReader
{
    private static readonly string[] PinKeys = ["PinFile", "PinEnvironment", "PinCredential", "PinPrompt"];

    /// <summary>Reads the entry; null when too little of it can be used.</summary>
    public static TokenOptions? Read(SectionReader token)
    {
        var defaults = new TokenOptions { Name = token.Name, Module = "", Pin = new PinSource.FromPrompt() };
        var module = ReadModule(token);
        var pin = ReadPin(token);
        var options = defaults with
        {
            Module = module ?? "",
            Label = token.Text("Label"),
            Serial = token.Text("Serial"),
            Slot = ReadSlot(token),
            Pin = pin ?? defaults.Pin,
            Sessions = token.Int32("Sessions", defaults.Sessions, 1, 4096),
            QueueTimeout = token.Time(
                "QueueTimeout", defaults.QueueTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5)),
        };
        var selected = RequireOneSelector(token);
        token.RejectUnknownKeys();
        return module is not null && pin is not null && selected ? options : null;
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

    private static bool RequireOneSelector(SectionReader token)
    {
        string[] selectors = ["Label", "Serial", "Slot"];
        var given = selectors.Where(token.Has).ToList();
        if (given.Count == 1)
            return true;
        if (given.Count == 0)
            token.Report("it does not say which token of the module is meant",
                "Set Label (or Serial, or Slot); fsp token list shows them.");
        else
            token.Report($"{string.Join(" and ", given)} both choose a token", "Keep one of them.");
        return false;
    }

    private static PinSource? ReadPin(SectionReader token)
    {
        token.Refuse("Pin", "a PIN does not stand in the configuration: files are copied, backed up and shown",
            "Put it into a file that only the service's user can read and set PinFile, or use PinEnvironment, "
            + "PinCredential (systemd) or PinPrompt; then change the PIN, for it has been written down.");

        var file = token.FilePath("PinFile");
        var variable = token.Text("PinEnvironment");
        var credential = token.Text("PinCredential");
        var prompt = token.Boolean("PinPrompt", false);

        var given = PinKeys.Where(key => key == "PinPrompt" ? prompt : token.Has(key)).ToList();
        if (given.Count > 1)
        {
            token.Report($"{string.Join(" and ", given)} both say where the PIN comes from", "Keep one of them.");
            return null;
        }
        if (given.Count == 0)
        {
            if (!token.Has("Pin"))
                token.Report("it does not say where the PIN comes from",
                    "Set PinFile, PinEnvironment, PinCredential or \"PinPrompt\": true.");
            return null;
        }
        return given[0] switch
        {
            "PinFile" => new PinSource.FromFile(file ?? ""),
            "PinEnvironment" => CheckVariable(token, variable!),
            "PinCredential" => CheckCredential(token, credential!),
            _ => new PinSource.FromPrompt(),
        };
    }

    private static PinSource.FromEnvironment? CheckVariable(SectionReader token, string name)
    {
        if (name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return new PinSource.FromEnvironment(name);

        // What stands here by mistake may be the PIN itself: it is not repeated.
        token.Report("PinEnvironment", "it is not the name of an environment variable",
            "Write the variable's name, such as FSP_PIN, and set the variable where the service is started.");
        return null;
    }

    private static PinSource.FromCredential? CheckCredential(SectionReader token, string name)
    {
        if (name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && name is not "." and not "..")
            return new PinSource.FromCredential(name);

        token.Report("PinCredential", "it is a credential's name, not a path",
            "Write the name that LoadCredential= gives it in the unit file.");
        return null;
    }
}
