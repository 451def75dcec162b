using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Tests.Signing.Pkcs11;

public class TokenSelectorTests
{
    private static readonly TokenInfo Web = Info(1, "web", "aa");
    private static readonly TokenInfo Mail = Info(2, "mail", "bb");
    private static readonly TokenInfo MailTwin = Info(3, "mail", "cc");
    private static readonly TokenInfo Blank = Info(4, "", "") with { Initialized = false };
    private static readonly TokenInfo[] All = [Web, Mail, MailTwin, Blank];

    private static readonly TokenOptions Any = new() { Module = "/module.so" };

    [Fact]
    public void Select_OneMatch_IsFoundByLabelSerialOrSlot()
    {
        Assert.Same(Web, TokenSelector.Select(All, Any with { Label = "web" }));
        Assert.Same(Mail, TokenSelector.Select(All, Any with { Serial = "bb" }));
        Assert.Same(MailTwin, TokenSelector.Select(All, Any with { Slot = 3 }));
        Assert.Same(MailTwin, TokenSelector.Select(All, Any with { Label = "mail", Serial = "cc" }));
    }

    [Fact]
    public void Select_TwoMatches_IsAnErrorThatListsThem()
    {
        var error = Assert.Throws<TokenException>(() => TokenSelector.Select(All, Any with { Label = "mail" }));

        Assert.Contains("serial bb, slot 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("serial cc, slot 3", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("web", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Select_NoMatch_ListsWhatIsThere()
    {
        var error = Assert.Throws<TokenException>(() => TokenSelector.Select(All, Any with { Label = "WEB" }));

        Assert.Contains("\"WEB\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("label \"web\", serial aa, slot 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Select_CriteriaOfTwoTokens_MatchNeither() =>
        Assert.Throws<TokenException>(() => TokenSelector.Select(All, Any with { Label = "web", Serial = "bb" }));

    [Fact]
    public void Select_BlankToken_IsNotChosen() =>
        Assert.Throws<TokenException>(() => TokenSelector.Select([Blank], Any with { Slot = 4 }));

    [Fact]
    public void Select_NoCriterion_IsAnError() =>
        Assert.Contains("Label", Assert.Throws<TokenException>(() => TokenSelector.Select([Web], Any)).Message,
            StringComparison.Ordinal);

    private static TokenInfo Info(ulong slot, string label, string serial) =>
        new(slot, label, serial, "", "", true, true, true, PinState.Normal, null);
}
