using System.Collections;
using System.Globalization;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Configuration;

/// <summary>The package's units against its configuration and the defaults.</summary>
public class DebianTests
{
    [Fact]
    public void Socket_Addresses_AreThoseOfTheListeners()
    {
        var listeners = Load().Listeners.Select(listener => listener.Address.ToString());

        Assert.Equal(listeners, Values("fsp.socket", "ListenStream"));
    }

    [Fact]
    public void Service_TimeToStop_IsLongerThanTheDrain()
    {
        var seconds = int.Parse(Values("fsp.service", "TimeoutStopSec").Single().TrimEnd('s'), CultureInfo.InvariantCulture);

        Assert.True(TimeSpan.FromSeconds(seconds) > Load().Limits.DrainTimeout);
    }

    [Fact]
    public void Service_DescriptorLimit_IsEnoughForTheConnections()
    {
        var limit = int.Parse(Values("fsp.service", "LimitNOFILE").Single(), CultureInfo.InvariantCulture);

        Assert.True(limit > 2 * Load().Limits.MaxConnections);
    }

    [Fact]
    public void Service_Credential_IsTheConfigurations()
    {
        var credential = Values("fsp.service", "LoadCredential").Single().Split(':')[0];
        Assert.Equal(Values("fsp.service", "LoadCredential"), Values("fsp-cert-status.service", "LoadCredential"));

        Assert.Equal("PinCredential", Load().Tokens.Single().PinKey);
        Assert.Contains($"\"PinCredential\": \"{credential}\"", File.ReadAllText(Repository.PathOf("config/debian/fsp.jsonc")), StringComparison.Ordinal);
    }

    [Fact]
    public void Service_ExitCodeOfAWrongConfiguration_IsNotTriedAgain()
    {
        var code = ForwardSecretProxy.Cli.ExitCode.Usage.ToString(CultureInfo.InvariantCulture);

        Assert.Contains(code, Values("fsp.service", "RestartPreventExitStatus").Single().Split(' '));
    }

    private static ProxyOptions Load() =>
        ConfigurationLoader.Load(File.ReadAllBytes(Repository.PathOf("config/debian/fsp.jsonc")), "/etc/fsp", new Hashtable()).Options!;

    private static IEnumerable<string> Values(string unit, string key) =>
        File.ReadLines(Repository.PathOf($"config/debian/{unit}"))
            .Where(line => line.StartsWith(key + "=", StringComparison.Ordinal))
            .Select(line => line[(key.Length + 1)..]);
}
