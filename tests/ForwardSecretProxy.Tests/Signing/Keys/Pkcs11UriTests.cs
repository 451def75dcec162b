using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Tests.Signing.Keys;

public class Pkcs11UriTests
{
    private const string Full =
        "pkcs11:token=my%20token;serial=0123abcd;object=web%3Bkey;id=%00%ff7;type=private?pin-source=file:/etc/fsp/pin";

    [Fact]
    public void Parse_AllAttributes_AreDecoded()
    {
        var uri = Pkcs11Uri.Parse(Full);

        Assert.Equal("my token", uri.Token);
        Assert.Equal("0123abcd", uri.Serial);
        Assert.Equal("web;key", uri.Label);
        Assert.Equal("00ff37", uri.Id);
        Assert.Equal("/etc/fsp/pin", uri.PinSource?.Path);
    }

    [Fact]
    public void ToString_LeavesTheQueryOut()
    {
        var text = Pkcs11Uri.Parse(Full).ToString();

        Assert.Equal("pkcs11:token=my%20token;serial=0123abcd;object=web%3Bkey;id=%00%ff%37", text);
        Assert.Equal(text, Pkcs11Uri.Parse(text).ToString());
    }

    [Theory]
    [InlineData("pkcs11:token=fsp;object=web?pin-value=s3cr3t")]
    [InlineData("pkcs11:pin-value=s3cr3t")]
    [InlineData("pkcs11:bogus=1?pin-value=s3cr3t")]
    [InlineData("pkcs11:object=web?pin-source=file:/pin&pin-value=s3cr3t")]
    public void Parse_PinValue_IsRefusedAndNotRepeated(string text)
    {
        Assert.False(Pkcs11Uri.TryParse(text, out _, out var error));
        Assert.Contains("pin-value is refused", error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pkcs11:object=web;slot-id=1", "slot-id")]
    [InlineData("pkcs11:object=web;manufacturer=me", "manufacturer")]
    [InlineData("pkcs11:object=web?module-path=/lib/x.so", "module-path")]
    [InlineData("pkcs11:object=web;x-mine=1", "x-mine")]
    [InlineData("pkcs11:object=web;pin-source=file:/pin", "pin-source")]
    [InlineData("pkcs11:object=web?object=web", "object")]
    public void Parse_UnknownAttribute_IsAnErrorThatNamesIt(string text, string attribute)
    {
        Assert.False(Pkcs11Uri.TryParse(text, out _, out var error));
        Assert.Contains($"\"{attribute}\"", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("web")]
    [InlineData("https://example.org/")]
    [InlineData("pkcs11")]
    [InlineData("pkcs11:object")]
    [InlineData("pkcs11:object=")]
    [InlineData("pkcs11:=web")]
    [InlineData("pkcs11:object=web;")]
    [InlineData("pkcs11:object=web;;token=t")]
    [InlineData("pkcs11:object=web;object=web")]
    [InlineData("pkcs11:object=we b")]
    [InlineData("pkcs11:object=wéb")]
    [InlineData("pkcs11:object=web%")]
    [InlineData("pkcs11:object=web%4")]
    [InlineData("pkcs11:object=web%zz")]
    [InlineData("pkcs11:object=web%+1")]
    [InlineData("pkcs11:object=%ff")]
    [InlineData("pkcs11:object=web;type=public")]
    [InlineData("pkcs11:object=web;type=cert")]
    [InlineData("pkcs11:object=web?pin-source=/etc/pin")]
    [InlineData("pkcs11:object=web?pin-source=file:pin")]
    [InlineData("pkcs11:object=web?pin-source=file://host/pin")]
    [InlineData("pkcs11:object=web?pin-source=%7Ccat%20/etc/pin")]
    [InlineData("pkcs11:object=web?pin-source=file:/pin%00")]
    public void Parse_NotAKeyUri_IsRefused(string text)
    {
        Assert.False(Pkcs11Uri.TryParse(text, out var uri, out var error));
        Assert.Null(uri);
        Assert.NotEmpty(error);
        Assert.Throws<FormatException>(() => Pkcs11Uri.Parse(text));
    }

    [Fact]
    public void Parse_TripleSlashFile_IsAnAbsolutePath() =>
        Assert.Equal("/etc/pin", Pkcs11Uri.Parse("pkcs11:object=web?pin-source=file:///etc/pin").PinSource?.Path);

    [Fact]
    public void Parse_EveryTruncation_IsReadOrRefused()
    {
        for (var length = 0; length <= Full.Length; length++)
        {
            var read = Pkcs11Uri.TryParse(Full[..length], out var uri, out var error);

            Assert.True(read ? uri is not null : error is { Length: > 0 });
        }
    }

    [Fact]
    public void Parse_LongerThanTheLimit_IsRefused()
    {
        var longest = "pkcs11:object=" + new string('a', Pkcs11Uri.MaxLength - "pkcs11:object=".Length);

        Assert.True(Pkcs11Uri.TryParse(longest, out _, out _));
        Assert.False(Pkcs11Uri.TryParse(longest + "a", out _, out _));
    }

    [Fact]
    public void Parse_RandomBytes_NeverThrows()
    {
        var random = new Random(7512);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(80)];
            random.NextBytes(bytes);
            AssertReadOrRefused(string.Concat("pkcs11:", System.Text.Encoding.Latin1.GetString(bytes)));
        }
    }

    [Fact]
    public void Parse_MutatedUris_AreReadOrRefusedAndReadAgainTheSame()
    {
        const string Alphabet = "%;=?&:/abcdef0123456789 \0é";
        var random = new Random(2315);
        for (var round = 0; round < 20_000; round++)
        {
            var text = Full.ToCharArray();
            for (var change = random.Next(1, 5); change > 0; change--)
                text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];
            AssertReadOrRefused(new string(text));
        }
    }

    private static void AssertReadOrRefused(string text)
    {
        if (!Pkcs11Uri.TryParse(text, out var uri, out var error))
        {
            Assert.NotEmpty(error);
            return;
        }

        var again = Pkcs11Uri.Parse(uri.ToString());
        Assert.Equal((uri.Token, uri.Serial, uri.Label, uri.Id), (again.Token, again.Serial, again.Label, again.Id));
    }
}
