using ForwardSecretProxy.Requests;

namespace ForwardSecretProxy.Tests.Requests;

/// <summary>Each target with the path that Kestrel makes of it.</summary>
public class RequestTargetTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b?c=d&e=%0d%0a", "/a/b")]
    [InlineData("/a%20b%C3%A9", "/a b\u00e9")]
    [InlineData("/a%2Fb", "/a%2Fb")]
    [InlineData("/a%252Fb", "/a%2Fb")]
    [InlineData("/100%25/%25", "/100%/%")]
    [InlineData("/a%ff", "/a%ff")]
    [InlineData("/a/%2e%2e/b", "/b")]
    [InlineData("/a../..b/...", "/a../..b/...")]
    [InlineData("https://web.example.test/a/b?c", "/a/b")]
    [InlineData("https://web.example.test", "/")]
    public void Check_OneMeaning_Passes(string raw, string decoded)
    {
        Assert.Null(RequestTarget.Check(raw, "https", decoded));
    }

    [Theory]
    [InlineData("*", "")]
    [InlineData("web.example.test:443", "")]
    [InlineData("http://web.example.test/", "/")]
    [InlineData("httpsx://web.example.test/", "/")]
    [InlineData("https:/web.example.test/", "/")]
    [InlineData("https://user@web.example.test/", "/")]
    [InlineData("https://web.example.test/public%2f..%2fadmin", "/public/../admin")]
    [InlineData("https://web.example.test/%41", "/A")]
    [InlineData("/a\tb", "/a\tb")]
    [InlineData("/a\rb", "/a\rb")]
    [InlineData("/a?b\u0001", "/a")]
    [InlineData("/a\u00e9", "/a\u00e9")]
    [InlineData("/a\u007f", "/a\u007f")]
    [InlineData("/a#b", "/a#b")]
    [InlineData("/a%", "/a%")]
    [InlineData("/a%2", "/a%2")]
    [InlineData("/a%zz", "/a%zz")]
    [InlineData("/a%2Fb%252F", "/a%2Fb%2F")]
    [InlineData("/a%ff%25", "/a%ff%")]
    [InlineData("/a%25/../b%2Fc", "/b%2Fc")]
    [InlineData("/a\\..\\b", "/a\\..\\b")]
    [InlineData("/a/..%5Cb", "/a/..\\b")]
    [InlineData("/a/..%2Fb", "/a/..%2Fb")]
    [InlineData("/a%2f../b", "/a%2f../b")]
    [InlineData("/a/..;/b", "/a/..;/b")]
    [InlineData("/a/..;x=y/b", "/a/..;x=y/b")]
    public void Check_AnotherMeaningToOthers_IsRefused(string raw, string decoded)
    {
        Assert.Equal(400, RequestTarget.Check(raw, "https", decoded)?.Status);
    }

    [Theory]
    [InlineData("/a%2Fb", "/a%2Fb", true)]
    [InlineData("/a%ff", "/a%ff", true)]
    [InlineData("/a%2Fb?c=%25", "/a%2Fb", true)]
    [InlineData("/a%252Fb", "/a%2Fb", false)]
    [InlineData("/a%20b", "/a b", false)]
    [InlineData("/a", null, false)]
    public void HasKeptEscapes_PercentSign_IsTheClientsOrKestrels(string raw, string? decoded, bool expected)
    {
        Assert.Equal(expected, RequestTarget.HasKeptEscapes(raw, decoded));
    }
}
