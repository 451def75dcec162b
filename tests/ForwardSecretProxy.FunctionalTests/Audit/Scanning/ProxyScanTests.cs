using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>The proxy, seen from outside by eyes that do not share its engine.</summary>
[Collection(RunningProxy.Name)]
public class ProxyScanTests(ProxyFixture proxy)
{
    [Fact]
    public async Task ScanAsync_DefaultProfile_ShowsWhatTheReadmeSays()
    {
        var seen = await ScanTarget.ScanAsync(proxy.Port, ProxyFixture.DefaultName);

        Assert.Equal([TlsVersion.Tls12, TlsVersion.Tls13], seen.SpokenVersions());
        Assert.All(seen.Versions.SelectMany(each => each.Suites), suite => Assert.True(suite is { IsEphemeral: true, IsAead: true }, suite.Name));
        Assert.Equal((6, 3), (seen.Versions[^2].Suites.Count, seen.Versions[^1].Suites.Count));
        Assert.Equal(["secp256r1", "secp384r1", "x25519"], seen.GroupsOf(TlsVersion.Tls12).Split(':').Order());
        Assert.Equal(["secp256r1", "secp384r1", "x25519"], seen.GroupsOf(TlsVersion.Tls13).Split(':').Except(["X25519MLKEM768"]).Order());
        Assert.Empty(seen.DhParameters);
        Assert.Equal(TlsVersion.Tls13, seen.TypicalClient!.Version);
        Assert.Equal(2, seen.Certificates.Count(each => each.IsForTarget));
        Assert.Equal((Answer.Yes, Answer.Yes, Answer.No), (seen.Features.DowngradeSentinel, seen.Features.ExtendedMasterSecret, seen.Features.Compression));
        seen.AssertIsSound();
    }
}
