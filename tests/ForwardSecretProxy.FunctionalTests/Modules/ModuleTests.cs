using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using static ForwardSecretProxy.FunctionalTests.Modules.ModuleProxy;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>
/// What a token has to do for the proxy, asked of every PKCS#11 module that Debian has, by the commands that its users have.
/// What a module cannot do is asked of it too, see <see cref="Inability"/>.
/// </summary>
public abstract class ModuleTests<TModule>(TModule module) : IClassFixture<TModule>
    where TModule : TestedModule
{
    [Fact]
    public Task TokenInit_BlankToken_IsNamedAndHasItsPin() => ExpectAsync(Abilities.Initialisation, async () =>
    {
        Succeeded(module.Initialization);

        using var tokens = JsonDocument.Parse((await module.RunAsync("token", "list", "--json")).Output);
        var token = tokens.RootElement.EnumerateArray().Single(one => one.GetProperty("label").GetString() == TestedModule.Label);
        Assert.True(token.GetProperty("initialized").GetBoolean() && token.GetProperty("userPinSet").GetBoolean());
        Assert.NotEqual("", token.GetProperty("serial").GetString());
        Assert.NotEqual("", token.GetProperty("manufacturer").GetString());
    });

    // Two keys on one token in one process: the second login would be a second try. What a process remembers a PIN's refusal by
    // is this return code.
    [Fact]
    public async Task Login_WrongPin_IsTriedOnceAndTheRightOneStillWorks()
    {
        using var authority = new TestAuthority();
        foreach (var key in (string[])["one", "other"])
            module.Directory.Write(key + ".pem", authority.RootPem);
        var path = module.NewConfiguration(module.WrongPinFile, 4, "one", "other").WriteTo(module.Directory, "wrong.json");

        var check = await module.RunOnConfigurationAsync(path, "check");
        var right = await module.RunOnTokenAsync("key", "list");

        Assert.Equal(2, check.ExitCode);
        Assert.Single(check.Text.Split('\n'), line => line.Contains("CKR_PIN_INCORRECT", StringComparison.Ordinal));
        Succeeded(right);
    }

    [Theory]
    [InlineData("ec-p256", "ecdsa_secp256r1_sha256")]
    [InlineData("ec-p384", "ecdsa_secp384r1_sha384")]
    [InlineData("rsa-2048",
        "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512", "rsa_pkcs1_sha256", "rsa_pkcs1_sha384",
        "rsa_pkcs1_sha512")]
    public Task Key_FromBirthToDeath_PassesTheGateAndSigns(string type, params string[] schemes) =>
        ExpectAsync(Abilities.OfKind(type), async () =>
        {
            var key = $"new-{type}";
            Succeeded(await module.RunOnTokenAsync("key", "generate", "--key-label", key, "--type", type));
            try
            {
                var report = Succeeded(await module.RunOnTokenAsync("key", "verify", "--key-label", key));
                Assert.All(schemes, scheme => Assert.Contains($"pass  test signature {scheme}", report.Output, StringComparison.Ordinal));

                var request = Succeeded(await module.RunOnKeyAsync(key, "csr", "--dns", "www.example.test"));
                var read = await ProcessRunner.RunAsync("openssl", ["req", "-verify", "-noout"], request.Output);
                Assert.Contains("verify OK", read.Text, StringComparison.Ordinal);
            }
            finally
            {
                Succeeded(await module.RunOnTokenAsync("key", "destroy", "--key-label", key, "--yes-destroy", key));
            }

            Assert.DoesNotContain(key, (await module.RunOnTokenAsync("key", "list")).Output, StringComparison.Ordinal);
        });

    [Fact]
    public Task Serve_EachKindOfKey_AnswersManyClientsAndSoAfterAReloadWithOneSession() =>
        ExpectAsync(Abilities.Serving, async () =>
        {
            await using var proxy = await StartAsync(module);
            foreach (var key in proxy.Keys)
            {
                await AssertAnswersAsync(proxy, $"-tls1_2 -sigalgs {SchemeOf(key)}");
                await AssertAnswersAsync(proxy, $"-tls1_3 -sigalgs {SchemeOf(key)}");
            }

            await AssertAnswersManyAsync(proxy);
            proxy.Configuration.With("Tokens:main:Sessions", 1).WriteTo(module.Directory);
            Assert.True(await proxy.Process.ReloadAsync(), string.Join('\n', proxy.Process.Lines));
            await AssertAnswersManyAsync(proxy);

            // After it: a TPM without a resource manager has room for the keys of one process.
            await proxy.Process.StopAsync();
            Succeeded(await module.RunOnKeyAsync(proxy.Keys[0], "bench", "sign", "--sessions", "4", "--duration", "100ms"));
        });

    /// <summary>Does it; what the module is listed for must fail, and as it is listed.</summary>
    protected async Task ExpectAsync(string ability, Func<Task> attempt)
    {
        if (Inability.Find(module.Name, ability) is not { } listed)
        {
            await attempt();
            return;
        }

        var failure = await Record.ExceptionAsync(attempt);
        Assert.True(failure is not null, $"{module.Name} can do it now ({ability}): take it out of Inability and docs/tokens.md.");
        Assert.Contains(listed.Symptom, failure.Message, StringComparison.Ordinal);
    }

    private static string SchemeOf(string key) => key == "rsa" ? "RSA-PSS+SHA256" : "ECDSA+SHA256";

    private static async Task AssertAnswersAsync(ModuleProxy proxy, string options = "")
    {
        var report = await proxy.ConnectAsync(options);
        Assert.True(report.Connected, report.Process.Text + string.Join('\n', proxy.Process.Lines));
    }

    private static Task AssertAnswersManyAsync(ModuleProxy proxy) =>
        Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AssertAnswersAsync(proxy)));
}

/// <inheritdoc/>
public sealed class SoftHsmModuleTests(SoftHsmModule module) : ModuleTests<SoftHsmModule>(module);

/// <inheritdoc/>
public sealed class NssModuleTests(NssModule module) : ModuleTests<NssModule>(module)
{
    [Fact]
    public async Task TokenList_NoArguments_SaysThatTheModuleNeedsThem()
    {
        var result = await FspProcess.RunAsync(["token", "list", "--module", NssModule.Path]);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("without ModuleArguments", result.Error, StringComparison.Ordinal);
    }
}

/// <inheritdoc/>
public sealed class OpenCryptokiModuleTests(OpenCryptokiModule module) : RemovableModuleTests<OpenCryptokiModule>(module);

/// <inheritdoc/>
public sealed class TpmModuleTests(TpmModule module) : RemovableModuleTests<TpmModule>(module);

/// <inheritdoc/>
public sealed class P11KitModuleTests(P11KitModule module) : RemovableModuleTests<P11KitModule>(module);
