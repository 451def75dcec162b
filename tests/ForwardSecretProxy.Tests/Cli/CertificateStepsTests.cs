using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Tests.Certificates;
using static ForwardSecretProxy.Tests.Rotation.Generations;

namespace ForwardSecretProxy.Tests.Cli;

/// <summary>What is said to be next for a certificate, and whether it is due.</summary>
public class CertificateStepsTests
{
    private readonly TestAuthority _authority = new();

    [Theory]
    [InlineData(80, false, "nothing before 2026-05-06")]
    [InlineData(12, true, "renew within 12 days: `fsp csr --dns mail.example.org --config 'my fsp.jsonc' --certificate web`")]
    [InlineData(1, true, "renew within 24 hours")]
    [InlineData(-1, true, "expired on 2026-02-28")]
    public void AddChain_DaysLeft_SayWhatIsNext(int days, bool due, string text)
    {
        var chain = Chain(TestAuthority.Pem(
            _authority.Leaf(TestAuthority.GoodLeaf(_authority.LeafKey), -80, days), _authority.Intermediate));
        var steps = Steps();

        steps.AddChain(chain);

        var step = Assert.Single(steps.All);
        Assert.Equal(due, step.IsDue);
        Assert.Contains(text, step.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AddChain_NoCertificate_SaysHowToGetOne()
    {
        var steps = Steps();

        steps.AddChain(Chain(""));

        Assert.Contains("no certificate yet: `fsp csr --dns NAME", steps.All[0].Text, StringComparison.Ordinal);
        Assert.All(steps.All, step => Assert.True(step.IsDue));
    }

    [Fact]
    public void AddChain_Spare_NamesItsKeyAndNoCommandThatIsForEntries()
    {
        var token = new TokenOptions { Module = "/lib/token.so", Pin = new PinFile("/etc/fsp/my pin") };
        var steps = new CertificateSteps(new CommandText(token, "pkcs11:token=drawer;object=web", "/etc/fsp/spare.pem"), Now);

        steps.AddChain(Chain(TestAuthority.Pem(
            _authority.Leaf(TestAuthority.GoodLeaf(_authority.LeafKey), -80, 12), _authority.Intermediate)));
        steps.AddChain(Chain(""));

        const string key = "--module /lib/token.so --key 'pkcs11:token=drawer;object=web' --pin-file '/etc/fsp/my pin'";
        Assert.Equal($"renew within 12 days: `fsp csr --dns mail.example.org {key}` for the same key", steps.All[0].Text);
        Assert.Equal($"there is no certificate yet: `fsp csr --dns NAME {key}`, send it to your CA, "
            + $"`fsp cert import FULLCHAIN {key} --to /etc/fsp/spare.pem`", steps.All[1].Text);
    }

    [Fact]
    public void AddKeys_ChangeUnderWay_SaysWhatItWaitsForAndWhatIsDueFirst()
    {
        var steps = Steps();
        var state = new RotationState { Next = new NextKey("02", Now, "/etc/fsp/web.pem.csr") };

        steps.AddKeys(new KeyGenerations(Make("01"), Make("02"), [Kept("03", 3), Kept("04", -1), Kept("05", -1, "shop")], [Make("06")]), state);

        Assert.Equal([true, false, false, false, false], steps.All.Select(step => step.IsDue));
        Assert.Contains("destroy the old key pkcs11:token=fsp;object=web;id=%04, kept until 2026-02-28: `fsp key rotate", steps.All[0].Text, StringComparison.Ordinal);
        Assert.Contains("waiting for the certificate of the next key: /etc/fsp/web.pem.csr goes to your CA", steps.All[1].Text, StringComparison.Ordinal);
        Assert.Contains("id=%03 is to be destroyed after 2026-03-04", steps.All[2].Text, StringComparison.Ordinal);
        Assert.Contains("id=%05 stays: it is, or may be, that of shop", steps.All[3].Text, StringComparison.Ordinal);
        Assert.Contains("nothing is recorded of the key pkcs11:token=fsp;object=web;id=%06", steps.All[4].Text, StringComparison.Ordinal);
    }

    private static CertificateSteps Steps() => new(new CommandText("my fsp.jsonc", "web"), Now);

    private static CertificateChain Chain(string pem) => CertificateChain.Parse(System.Text.Encoding.ASCII.GetBytes(pem), "web.pem");

    private static OldGeneration Kept(string id, int days, params string[] users) => new(Make(id), Now.AddDays(days), users);
}
