using ForwardSecretProxy.Hardening.Landlock;

namespace ForwardSecretProxy.Tests.Hardening.Landlock;

public class LandlockRulesTests
{
    [Fact]
    public void Allow_SamePathTwice_AddsUp()
    {
        var rules = new LandlockRules().Allow(LandlockAccess.Read, "/a/b/").Allow(LandlockAccess.WriteFile, "/a/c/../b");

        Assert.Equal([new LandlockRule("/a/b", LandlockAccess.Read | LandlockAccess.WriteFile)], rules.All);
    }

    [Fact]
    public void Allow_RootFolder_IsNeverGiven()
    {
        Assert.Empty(new LandlockRules().Allow(LandlockAccess.Read, "/", "/a/..").All);
    }

    [Fact]
    public void Allow_RelativePath_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new LandlockRules().Allow(LandlockAccess.Read, "a"));
    }

    [Theory]
    [InlineData("/a/b", LandlockAccess.ReadFile, true)]
    [InlineData("/a/b/c", LandlockAccess.ReadFile, true)]
    [InlineData("/a/bc", LandlockAccess.ReadFile, false)]
    [InlineData("/a", LandlockAccess.ReadFile, false)]
    [InlineData("/a/b", LandlockAccess.WriteFile, false)]
    public void Covers_Path_GoesByTheFoldersAbove(string path, LandlockAccess access, bool expected)
    {
        Assert.Equal(expected, new LandlockRules().Allow(LandlockAccess.Read, "/a/b").Covers(path, access));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, (1 << 13) - 1)]
    [InlineData(2, (1 << 14) - 1)]
    [InlineData(3, (1 << 15) - 1)]
    [InlineData(4, (1 << 15) - 1)]
    [InlineData(5, (1 << 16) - 1)]
    [InlineData(7, (1 << 16) - 1)]
    public void HandledBy_Version_IsWhatItKnows(int version, int expected)
    {
        Assert.Equal((LandlockAccess)expected, LandlockSupport.HandledBy(version));
    }

    [Theory]
    [InlineData(3, 8)]
    [InlineData(5, 16)]
    [InlineData(6, 24)]
    public void AttributeSize_Version_IsThatOfItsFields(int version, int expected)
    {
        Assert.Equal(expected, new LandlockSupport(version, null, null).AttributeSize);
    }
}
