using System.Globalization;
using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class ErrorTallyTests
{
    [Fact]
    public void Add_SameKind_CountsAndKeepsTheFirstExample()
    {
        var tally = new ErrorTally();
        tally.Add(BenchErrorKind.Alert, "handshake failure", () => "first");
        tally.Add(BenchErrorKind.Alert, "handshake failure", () => throw new InvalidOperationException("Only for the first."));
        tally.Add(BenchErrorKind.Alert, "protocol version", () => "other");

        Assert.Equal(
            [new(BenchErrorKind.Alert, "handshake failure", 2, "first"), new(BenchErrorKind.Alert, "protocol version", 1, "other")],
            tally.Errors);
        Assert.Equal("alert: handshake failure", tally.Errors[0].Describe());
    }

    [Fact]
    public void Add_AStrangeServersManyKinds_StaysBoundedAndLosesNone()
    {
        var tally = new ErrorTally();
        for (var status = 0; status < 1000; status++)
            tally.Add(BenchErrorKind.HttpStatus, status.ToString(CultureInfo.InvariantCulture), () => "x");

        Assert.InRange(tally.Errors.Count, 2, 100);
        Assert.Equal(1000, tally.Errors.Sum(error => error.Count));
    }

    [Fact]
    public void Describe_EveryKind_HasWords()
    {
        Assert.All(Enum.GetValues<BenchErrorKind>(), kind =>
            Assert.DoesNotContain(kind.ToString(), new BenchError(kind, "", 1, "").Describe(), StringComparison.Ordinal));
    }
}
