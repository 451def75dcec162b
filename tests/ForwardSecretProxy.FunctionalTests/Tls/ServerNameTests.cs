using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Tls;

[Collection(RunningProxy.Name)]
public class ServerNameTests(ProxyFixture proxy)
{
    private const int UnrecognizedName = 112;

    [Theory]
    [InlineData(ProxyFixture.DefaultName, ProxyFixture.DefaultName)]
    [InlineData(ProxyFixture.OtherName, ProxyFixture.OtherName)]
    [InlineData("OTHER.Example.TEST", ProxyFixture.OtherName)]
    [InlineData("one.wild.example.test", ProxyFixture.WildcardName)]
    [InlineData("two.wild.example.test", ProxyFixture.WildcardName)]
    public async Task Handshake_ServedName_PresentsItsCertificate(string name, string subject)
    {
        foreach (var version in (string[])["-tls1_3", "-tls1_2"])
        {
            var report = await OpenSslClient.RequestAsync(
                proxy.Port, $"{version} -servername {name} -verify_hostname {name} -CAfile {proxy.RootPath}");

            Assert.True(report.Connected, report.Process.Text);
            Assert.Equal($"CN={subject}", report.Subject);
            Assert.Equal("0 (ok)", report.Verification);
        }
    }

    [Fact]
    public async Task Handshake_NoName_PresentsTheDefault()
    {
        var report = await OpenSslClient.RequestAsync(proxy.Port, "-noservername");

        Assert.True(report.Connected, report.Process.Text);
        Assert.Equal($"CN={ProxyFixture.DefaultName}", report.Subject);
    }

    [Theory]
    [InlineData("unknown.example.test")]
    [InlineData("wild.example.test")]
    [InlineData("a.b.wild.example.test")]
    [InlineData("example.test")]
    public async Task Handshake_NameThatNobodyServes_IsRefusedWithItsAlert(string name)
    {
        foreach (var version in (string[])["-tls1_3", "-tls1_2"])
        {
            var report = await OpenSslClient.RequestAsync(proxy.Port, $"{version} -servername {name}");

            Assert.False(report.Connected, report.Process.Text);
            Assert.Equal(UnrecognizedName, report.Alert);
        }
    }
}
