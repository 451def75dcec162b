using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Signers;

/// <summary>
/// What somebody finds who reads the whole memory of the process that strangers talk to, with a token in software, whose
/// module has the private key in the clear while it signs. The PIN comes in an environment variable: the worst case, for
/// a process keeps its environment.
/// </summary>
[Collection(Undisturbed.Name)]
public sealed class SecretsInMemoryTests : IDisposable
{
    private const string PinVariable = "MEMORY_TEST_PIN";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ServingProcess_InProcessSigner_HoldsThePinAndTheKey()
    {
        // The control of the one below: the same search finds both where they are.
        // Mostly one look or two are enough.
        var found = await SearchAsync("in-process", maxLooks: 30);

        Assert.Contains("PIN", found);
        Assert.Contains(found, IsKey);
    }

    [Fact]
    public async Task ServingProcess_IsolatedSigner_HoldsNeither()
    {
        Assert.Empty(await SearchAsync("isolated", maxLooks: 5));
    }

    private async Task<HashSet<string>> SearchAsync(string signer, int maxLooks)
    {
        using var token = await ServingToken.CreateAsync();
        using var authority = new TestAuthority();
        _directory.Write("web.pem", authority.Issue(await token.GenerateKeyAsync("web", "rsa-2048"), "web.example.test"));
        var configuration = new ProxyConfiguration("http://127.0.0.1:9")
            .WithToken(ServingToken.Module, ServingToken.Label, token.PinFile)
            .WithCertificate("web", _directory.File("web.pem"), "pkcs11:token=fsp;object=web")
            .With("Signer", signer)
            .With("Tokens:main:PinEnvironment", PinVariable)
            .Without("Tokens:main:PinFile");
        var environment = new Dictionary<string, string?>(token.Environment) { [PinVariable] = token.Pin };
        await using var fsp = await FspProcess.ServeAsync(configuration.WriteTo(_directory), configuration.Port, environment);

        var needles = Needles(token);
        // Also when nothing was found, it has signed.
        Assert.True((await OpenSslClient.RequestAsync(configuration.Port, "-tls1_3")).Connected);
        await using var load = ToughClients.OnlyShakingHands(
            configuration.Port, ToughClients.Options(authority.TrustOnlyThis()), count: 8);
        var found = new HashSet<string>();
        // The module wipes what it can: the numbers are there while it signs, so it is held in the middle of it.
        for (var look = 0; look < maxLooks && !(found.Contains("PIN") && found.Any(IsKey)); look++)
        {
            await Task.Delay(Random.Shared.Next(10));
            await fsp.SignalAsync("STOP");
            found.UnionWith(ProcessMemory.Find(fsp.Id, needles));
            await fsp.SignalAsync("CONT");
        }

        await load.StopAsync();
        Assert.Empty(load.Failed);
        return found;
    }

    /// <summary>The PIN, and pieces of every number of the private key, in both orders of bytes.</summary>
    private static Dictionary<string, byte[]> Needles(ServingToken token)
    {
        const int piece = 16;
        using var key = new StolenToken(token.TokenDirectory, token.Pin).RecoverRsaKey();
        var parts = key.ExportParameters(includePrivateParameters: true);
        var needles = new Dictionary<string, byte[]>
        {
            ["PIN"] = Encoding.UTF8.GetBytes(token.Pin),
            ["PIN in UTF-16"] = Encoding.Unicode.GetBytes(token.Pin),
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
