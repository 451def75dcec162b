using ForwardSecretProxy.FunctionalTests.Audit.Servers;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

public sealed class KnownDifferenceTests
{
    private static readonly ScannerReport Ours = new(
        new HashSet<string> { "SSLv3", "TLSv1.2" },
        new HashSet<OfferedSuite> { new("SSLv3", 0x2f), new("TLSv1.2", 0xc02f) });

    private static readonly ScannerReport Theirs = new(
        new HashSet<string> { "SSLv3", "TLSv1.3" },
        new HashSet<OfferedSuite> { new("TLSv1.2", 0xc02f), new("TLSv1.2", 0x2f) });

    [Fact]
    public void DifferencesFrom_BothSides_AreListed() => Assert.Equal(
        [
            new ScannerDifference(ScannerDifference.OnlyOurs, "TLSv1.2"),
            new ScannerDifference(ScannerDifference.OnlyTheirs, "TLSv1.3"),
            new ScannerDifference(ScannerDifference.OnlyOurs, "SSLv3 0x002F"),
            new ScannerDifference(ScannerDifference.OnlyTheirs, "TLSv1.2 0x002F"),
        ],
        Ours.DifferencesFrom(Theirs));

    [Fact]
    public void Unexplained_OneInTheFile_LeavesTheOthers()
    {
        var left = KnownDifference.Unexplained("bouncycastle-ssl3", SslScan.Name, Ours.DifferencesFrom(Theirs));

        Assert.Equal(["TLSv1.2", "TLSv1.3", "TLSv1.2 0x002F"], left.Select(difference => difference.What));
    }

    [Fact]
    public void File_EachLine_IsAboutAServerThatThereIsAndHasAReason() => Assert.All(KnownDifference.All, known =>
    {
        Assert.True(known.Server.Contains('*', StringComparison.Ordinal) || Catalogue.Get(known.Server) is not null);
        Assert.Contains(known.Scanner, (string[])[SslScan.Name, TestSsl.Name]);
        Assert.Contains(known.Who, (string[])[ScannerDifference.OnlyOurs, ScannerDifference.OnlyTheirs]);
        Assert.NotEmpty(known.Reason);
    });
}
