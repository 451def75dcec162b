using System.Runtime.Versioning;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Tests.Certificates;

namespace ForwardSecretProxy.Tests.Acme;

/// <summary>What an authority that is broken or means ill cannot do.</summary>
[SupportedOSPlatform("linux")]
public sealed class HostileAuthorityTests : ScriptedRenewals
{
    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public async Task Run_BadNonces_AreTriedAgainUpToALimit(int refused, bool isRenewed)
    {
        Authority.NoncesToRefuse = refused;

        var outcome = await RunAsync();

        Assert.Equal(isRenewed ? RenewalResult.Renewed : RenewalResult.Failed, outcome.Result);
        Assert.Equal(10, Authority.Requests.TakeWhile(each => each != "POST /order").Count(each => each == "POST /account"));
    }

    [Theory]
    [InlineData("../../escaped")]
    [InlineData("a.tls-alpn-01.pem")]
    [InlineData("")]
    [InlineData("a b")]
    public async Task Run_TokenThatIsNone_WritesNoFile(string token)
    {
        Authority.Token = token;

        Assert.Contains("no token of the form", (await RunAsync()).Message, StringComparison.Ordinal);

        Assert.Equal([Path.Combine(Folder.FullName, "acme-ca.key"), RenewalState.PathFor(Chain)],
            Directory.GetFiles(Folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_PlainHttpFromTheAuthority_IsNotAsked()
    {
        DescribeDirectory("\"meta\":{}", "http://ca.example/");

        Assert.Contains("not https: http://ca.example/", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.Equal(["GET /directory"], Authority.Requests);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"newNonce\":\"https://ca.example/nonce\"}")]
    [InlineData("<html>")]
    public async Task Run_OddDirectory_IsAnErrorOfTheAuthoritys(string body)
    {
        Authority.Instead = path => path == "/directory" ? new HttpResponseMessage { Content = new StringContent(body) } : null;

        var outcome = await RunAsync();

        Assert.Equal(RenewalResult.Failed, outcome.Result);
        Assert.Contains("not what RFC 8555 says", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnswerWithoutEnd_IsCutOff()
    {
        Authority.Instead = path => path == "/directory" ? new HttpResponseMessage { Content = new ByteArrayContent(new byte[600 * 1024]) } : null;

        Assert.Contains("ca.example could not be asked", (await RunAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CertificateForAnotherKey_IsNotInstalled()
    {
        var other = new TestAuthority();
        Authority.Instead = path => path == "/certificate/1"
            ? new HttpResponseMessage { Content = new StringContent(TestAuthority.Pem(other.Leaf(Named(other.LeafKey)), other.Intermediate)) } : null;

        var outcome = await RunAsync();

        Assert.Contains("cannot be served: the leaf's public key is not", outcome.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Chain));
    }

    [Fact]
    public async Task Run_CertificateForAnotherName_IsNotInstalled()
    {
        var other = new TestAuthority();
        Authority.Instead = path => path == "/certificate/1"
            ? new HttpResponseMessage { Content = new StringContent(TestAuthority.Pem(other.Leaf(TestAuthority.GoodLeaf(Key)), other.Intermediate)) } : null;

        Assert.Contains("not what was ordered", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Chain));
    }
}
