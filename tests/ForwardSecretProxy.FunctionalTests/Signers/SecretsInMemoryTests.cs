using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Signers;

/// <summary>
/// What somebody finds who reads the whole memory of the process that strangers talk to, with a token in software, whose
/// module has the private key in the clear while it signs. The PIN comes in an environment variable: the worst case, for
/// a process keeps its environment, and there the control finds it.
/// </summary>
[Collection(Undisturbed.Name)]
public sealed class SecretsInMemoryTests : IAsyncLifetime, IDisposable
{
    private const string PinVariable = "MEMORY_TEST_PIN";
    private const string PublicKey = "public key";

    // Mostly one look or two are enough.
    private const int EnoughLooks = 30;

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();
    private ServingToken _token = null!;
    private Dictionary<string, byte[]> _needles = [];

    public async Task InitializeAsync()
    {
        _token = await ServingToken.CreateAsync();
        _directory.Write("web.pem", _authority.Issue(await _token.GenerateKeyAsync("web", "rsa-2048"), ProxyFixture.DefaultName));
        _needles = Needles(_token);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _token?.Dispose();
        _authority.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task ServingProcess_InProcessSigner_HoldsThePinAndTheKey()
    {
        // The control of the one below: the same search finds both where they are.
        var (fsp, load) = await ServeAsync("in-process");
        await using var process = fsp;
        await using var clients = load;

        var found = await SearchAsync(fsp.Id, EnoughLooks, found => found.Contains("PIN") && found.Any(IsKey));

        Assert.Contains("PIN", found);
        Assert.Contains(found, IsKey);
    }

    [Fact]
    public async Task ServingProcess_IsolatedSigner_HoldsNeither()
    {
        var (fsp, load) = await ServeAsync("isolated");
        await using var process = fsp;
        await using var clients = load;

        var found = await SearchAsync(fsp.Id, looks: 5, isEnough: _ => false);

        // It is searched: what it shows to everybody is there.
        Assert.Equal([PublicKey], found);
        // The key is in use meanwhile, and is found where it is.
        Assert.Contains(await SearchAsync(SignerProcesses.Worker(fsp), EnoughLooks, found => found.Any(IsKey)), IsKey);
        await load.StopAsync();
        Assert.Empty(load.Failed);
    }

    private async Task<(FspProcess Fsp, ToughClients Load)> ServeAsync(string signer)
    {
        var configuration = new ProxyConfiguration("http://127.0.0.1:9")
            .WithToken(ServingToken.Module, ServingToken.Label, _token.PinFile)
            .WithCertificate("web", _directory.File("web.pem"), "pkcs11:token=fsp;object=web")
            .With("Signer", signer)
            .With("Tokens:main:PinEnvironment", PinVariable)
            .Without("Tokens:main:PinFile");
        var environment = new Dictionary<string, string?>(_token.Environment) { [PinVariable] = _token.Pin };
        var fsp = await FspProcess.ServeAsync(configuration.WriteTo(_directory), configuration.Port, environment);
        var load = ToughClients.OnlyShakingHands(
            configuration.Port, ToughClients.Options(_authority.TrustOnlyThis()), count: 8);
        // Also when nothing is found, it has signed.
        await load.WaitForSuccessAsync(ToughClients.Patience);
        return (fsp, load);
    }

    /// <summary>
    /// Looks so often, or until it is enough. The module wipes what it can: the numbers are there while it signs, so the process
    /// is held in the middle of it.
    /// </summary>
    private async Task<HashSet<string>> SearchAsync(int process, int looks, Func<HashSet<string>, bool> isEnough)
    {
        var found = new HashSet<string>();
        for (var look = 0; look < looks && !isEnough(found); look++)
        {
            // At some moment of a handshake.
            await Task.Delay(Random.Shared.Next(10));
            await SignerProcesses.SignalAsync(process, "STOP");
            found.UnionWith(ProcessMemory.Find(process, _needles));
            await SignerProcesses.SignalAsync(process, "CONT");
        }

        return found;
    }

    /// <summary>The PIN, pieces of every number of the private key, in both orders of bytes, and one of the public key.</summary>
    private static Dictionary<string, byte[]> Needles(ServingToken token)
    {
        const int piece = 16;
        using var key = new StolenToken(token.TokenDirectory, token.Pin).RecoverRsaKey();
        var parts = key.ExportParameters(includePrivateParameters: true);
        var needles = new Dictionary<string, byte[]>
        {
            ["PIN"] = Encoding.UTF8.GetBytes(token.Pin),
            ["PIN in UTF-16"] = Encoding.Unicode.GetBytes(token.Pin),
            [PublicKey] = parts.Modulus![..piece],
        };
        foreach (var (name, part) in (ReadOnlySpan<(string, byte[]?)>)
            [("D", parts.D), ("P", parts.P), ("Q", parts.Q), ("DP", parts.DP), ("DQ", parts.DQ), ("QInv", parts.InverseQ)])
        {
            byte[] reversed = [.. part!.Reverse()];
            for (var at = 0; at + piece <= part!.Length; at += part.Length / 4)
            {
                needles[$"key {name} at {at}"] = part[at..(at + piece)];
                needles[$"key {name} at {at}, reversed"] = reversed[at..(at + piece)];
            }
        }

        return needles;
    }

    private static bool IsKey(string name) => name.StartsWith("key", StringComparison.Ordinal);
}
