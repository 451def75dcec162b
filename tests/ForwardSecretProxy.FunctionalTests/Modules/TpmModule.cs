using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>TPM2-PKCS11 on swtpm, a TPM in software.</summary>
public sealed class TpmModule : TestedModule
{
    /// <summary>The module's name.</summary>
    public const string ModuleName = "TPM2-PKCS11";

    // Clients expect the control channel at the next one.
    private readonly int _port = FreePort.Next(inARow: 2);
    private ServerProcess? _tpm;

    public override string Name => ModuleName;

    protected override string Library => FindLibrary("pkcs11/libtpm2_pkcs11.so");

    protected override IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["TPM2_PKCS11_STORE"] = Directory.Path,
        ["TPM2_PKCS11_TCTI"] = string.Create(CultureInfo.InvariantCulture, $"swtpm:host=127.0.0.1,port={_port}"),
        ["TSS2_LOG"] = "all+NONE",
    };

    public override async Task StartAsync()
    {
        System.IO.Directory.CreateDirectory(Directory.File("tpm"));
        _tpm = ServerProcess.Start("swtpm",
        [
            "socket", "--tpm2", "--tpmstate", $"dir={Directory.File("tpm")}", "--flags", "not-need-init,startup-clear",
            "--server", Address(_port), "--ctrl", Address(_port + 1),
        ]);
        await FreePort.WaitUntilTakenAsync(_port);
    }

    public override async Task StopAsync() => await _tpm!.DisposeAsync();

    private static string Address(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"type=tcp,bindaddr=127.0.0.1,port={port}");
}
