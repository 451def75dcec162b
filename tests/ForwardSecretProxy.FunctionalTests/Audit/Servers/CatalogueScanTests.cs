using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Watching;
using ForwardSecretProxy.FunctionalTests.Audit.Watching;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Whole scans of real servers, judged: what is wrong with one is found there, and nowhere else.</summary>
[Collection(ScannedCatalogue.Name)]
public sealed class CatalogueScanTests(ScannedServers servers)
{
    [Theory]
    [MemberData(nameof(Catalogue.Bad), MemberType = typeof(Catalogue))]
    public async Task Scan_Weakness_IsFound(string name, string weakness)
    {
        var found = (await servers.JudgeAsync(name)).Findings.Where(finding => finding.Check == weakness);

        // How long a ticket key lives shows only over time: Watch_OneTicketKeyForMoreThanADay_IsAFailure.
        Assert.Contains(found, finding => weakness == Weaknesses.TicketKeyLifetime
            ? finding.Level == FindingLevel.Unexamined
            : finding.Level != FindingLevel.Unexamined && finding.Level >= LeastLevel(weakness));
    }

    [Theory]
    [MemberData(nameof(Catalogue.Names), MemberType = typeof(Catalogue))]
    public async Task Scan_AnyServer_HasNoWeaknessButItsOwn(string name)
    {
        var judged = await servers.JudgeAsync(name);

        var others = judged.Findings.Where(finding => !Catalogue.Get(name).Weaknesses.Contains(finding.Check)
            && (finding.Level == FindingLevel.Unexamined || finding.Level >= LeastLevel(finding.Check))
            && !UnexaminedFinding.IsExpected(name, finding));
        Assert.True(!others.Any(), string.Join(
            '\n', others.Select(finding => $"{finding.Level} {finding.Check}: {finding.Message} {string.Join("; ", finding.Evidence)}")));
    }

    [Theory]
    [MemberData(nameof(Catalogue.Good), MemberType = typeof(Catalogue))]
    [InlineData("nginx-browser")]
    public async Task Scan_GoodServer_HasNoFailureAndOpensNothing(string name)
    {
        var judged = await servers.JudgeAsync(name);

        Assert.DoesNotContain(judged.Findings, finding => finding.Level == FindingLevel.Failure);
        if (Catalogue.Get(name).IsGood)
            Assert.Contains(judged.Verdict.Grade, (string[])["A", "B"]);
    }

    [Theory]
    [InlineData("bouncycastle-reused-ecdhe")]
    [InlineData("bouncycastle-reused-tls13")]
    [InlineData("bouncycastle-reused-dhe")]
    public async Task Scan_ReusedKey_IsShown(string name)
    {
        var seen = await servers.GetAsync(name);

        var judged = EndpointJudge.Judge(seen, servers.Checks);

        Assert.Equal("F", judged.Verdict.Grade);
        Assert.NotEmpty(seen.KeyShares);
        Assert.All(seen.KeyShares, shares =>
        {
            var repeated = Assert.Single(shares.Repeated);
            Assert.Equal(shares.Samples, repeated.Times);
            Assert.Contains(judged.Findings, finding => finding.Evidence.Any(line => line.StartsWith(repeated.Share, StringComparison.Ordinal)));
        });
    }

    [Theory]
    [InlineData("nginx-ticket-key-file")]
    [InlineData("bouncycastle-one-ticket-key")]
    public async Task Watch_OneTicketKeyForMoreThanADay_IsAFailure(string name)
    {
        var (scanned, server) = (await servers.GetAsync(name), await servers.RunAsync(name));
        // Half a day between two looks.
        var options = new WatchOptions { Span = TimeSpan.FromHours(30), Clock = new LeapingClock { Stride = TimeSpan.FromHours(12) } };

        var watched = await EndpointWatch.RunAsync(stop => OpenAsync(server.Port, stop), scanned, options, null, default);

        Assert.Contains(FindingLevel.Failure, KeyLifetime(EndpointJudge.Judge(watched, servers.Checks)));
        Assert.DoesNotContain(FindingLevel.Failure, KeyLifetime(await servers.JudgeAsync(name)));
    }

    [Theory]
    [InlineData("nginx-intermediate", "mozilla-intermediate@5.7")]
    [InlineData("nginx-modern", "mozilla-modern@5.7")]
    [InlineData("apache-intermediate", "mozilla-intermediate@5.7")]
    public async Task Scan_MozillasConfiguration_CompliesWithItsProfile(string name, string profile)
    {
        Assert.Equal("", string.Join('\n', Complaints(await servers.GetAsync(name), profile)));
        Assert.NotEmpty(Complaints(await servers.GetAsync("nginx-old"), profile));
    }

    /// <summary>The level from which on a finding says that something is there that should not be.</summary>
    private static FindingLevel LeastLevel(string weakness) => weakness switch
    {
        // It matters little where TLS 1.1 is spoken at all.
        Weaknesses.FallbackScsv => FindingLevel.Note,
        _ => FindingLevel.Warning,
    };

    private static IEnumerable<FindingLevel> KeyLifetime(Judgement judged) =>
        judged.Findings.Where(finding => finding.Check == Weaknesses.TicketKeyLifetime).Select(finding => finding.Level);

    private static IEnumerable<string> Complaints(EndpointObservation seen, string profile) =>
        ProfileJudge.Judge(BuiltInProfiles.Find(profile), EndpointOffer.Of(seen))
            .Where(finding => finding.Level > FindingLevel.Note).Select(finding => finding.Message)
            // The authority of these tests has no responder whose answer could be stapled.
            .Where(message => !message.Contains("ocsp-stapling", StringComparison.Ordinal));

    private static async Task<Stream> OpenAsync(int port, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, stop);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
