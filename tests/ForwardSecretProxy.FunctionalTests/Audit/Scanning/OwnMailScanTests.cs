using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>The proxy in front of Postfix and Dovecot, with its ports as the example has them: it keeps its promise for mail, too.</summary>
[Collection(MailServers.Name)]
public sealed class OwnMailScanTests(MailFixture mail)
{
    [Theory]
    [InlineData(25, StartTlsProtocol.Smtp)]
    [InlineData(587, StartTlsProtocol.Smtp)]
    [InlineData(143, StartTlsProtocol.Imap)]
    [InlineData(110, StartTlsProtocol.Pop3)]
    [InlineData(4190, StartTlsProtocol.Sieve)]
    [InlineData(993, null)]
    public async Task ScanAsync_OwnListener_IsClosed(int port, StartTlsProtocol? protocol)
    {
        var seen = await ScanTarget.ScanAsync(mail.Ports[port], MailFixture.Name, protocol, new ScanOptions().Samples);

        Assert.Empty(seen.Gaps);
        Assert.Equal([TlsVersion.Tls12, TlsVersion.Tls13], seen.SpokenVersions());
        Assert.All(seen.Versions.SelectMany(each => each.Suites), suite => Assert.True(suite is { IsEphemeral: true, IsAead: true }, suite.Name));
        // Its tickets come with its first answer, which has to be asked for in the right words.
        Assert.Equal((Answer.Yes, Answer.No), (seen.Tls13Resumption.Issued, seen.Tls13Resumption.ResumesWithoutKeyExchange));
        Assert.Equal(PastSessions.Closed, EndpointJudge.Judge(seen).Verdict.PastSessions);
    }
}
