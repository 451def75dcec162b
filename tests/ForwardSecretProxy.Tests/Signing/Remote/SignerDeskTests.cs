using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Tests.Signing.Remote;

public sealed class SignerDeskTests : IDisposable
{
    private const string Uri = "pkcs11:object=web";

    private readonly StubToken _token = new();

    public void Dispose() => _token.Dispose();

    [Fact]
    public void Sign_HandshakesBlocks_AreSigned()
    {
        var desk = NewDesk(out var key);

        foreach (var block in (byte[][])[SignedBlocks.CertificateVerify(32), SignedBlocks.ServerKeyExchange(29, 32)])
        {
            var (status, content) = Sign(desk, key, block);

            Assert.Equal(SignStatus.Signed, status);
            Assert.True(_token.PublicKey.Verify(SignatureScheme.EcdsaSecp256r1Sha256, block, content));
        }
    }

    [Theory]
    [MemberData(nameof(SignedContentTests.Foreign), MemberType = typeof(SignedContentTests))]
    public void Sign_AnythingElse_IsRefusedAndCountedAndTheTokenNotAsked(string what, byte[] block)
    {
        var desk = NewDesk(out var key);

        // Nothing and too much are no requests at all: the connection ends.
        if (block.Length is 0 or > SignerProtocol.MaxBlock)
        {
            var packet = SignerProtocolTests.Request([0])[..SignerProtocol.RequestHeader];
            Assert.Equal(0, desk.Answer([.. packet, .. block], new byte[SignerProtocol.MaxPacket]));
        }
        else
        {
            Assert.Equal(SignStatus.Refused, Sign(desk, key, block).Status);
            Assert.Equal(new KeyUse(Uri, 0, Refused: 1, 0, 0), Assert.Single(UsesOf(desk)));
        }

        Assert.True(_token.Signatures == 0, what);
    }

    [Fact]
    public void Sign_Pkcs1InTls13_IsRefused()
    {
        // RFC 8446 section 4.4.3; in TLS 1.2 it is what many clients want.
        using var rsa = RSA.Create(2048);
        using var token = new StubToken(rsa);
        var desk = new SignerDesk(token, Options());
        var key = Offered(desk);

        Assert.Equal(SignStatus.Refused, Sign(desk, key, SignedBlocks.CertificateVerify(32), SignatureScheme.RsaPkcs1Sha256).Status);
        Assert.Equal(SignStatus.Signed, Sign(desk, key, SignedBlocks.CertificateVerify(32), SignatureScheme.RsaPssRsaeSha256).Status);
        Assert.Equal(SignStatus.Signed, Sign(desk, key, SignedBlocks.ServerKeyExchange(29, 32), SignatureScheme.RsaPkcs1Sha256).Status);
    }

    [Fact]
    public void Sign_SchemeOfAnotherKind_IsRefused()
    {
        var desk = NewDesk(out var key);

        Assert.Equal(SignStatus.Refused, Sign(desk, key, SignedBlocks.CertificateVerify(48), SignatureScheme.EcdsaSecp384r1Sha384).Status);
    }

    [Fact]
    public void Test_Key_SignsTheSignersOwnMessageAndGivesNothingOut()
    {
        var desk = NewDesk(out var key);

        var (status, content) = Sign(desk, key, []);

        Assert.Equal((SignStatus.Signed, 0, 1), (status, content.Length, _token.Signatures));
    }

    [Fact]
    public void Sign_KeyThatWasNotAskedFor_IsUnknown()
    {
        var desk = NewDesk(out var key);

        Assert.Equal(SignStatus.UnknownKey, Sign(desk, key + 1, SignedBlocks.CertificateVerify(32)).Status);
        Assert.Equal(0, _token.Signatures);
    }

    [Fact]
    public void Sign_MoreThanTheLimitInASecond_IsLimited()
    {
        var desk = NewDesk(out var key, Options() with { MaxSignaturesPerSecond = 5 });

        var answers = Enumerable.Range(0, 50).Select(_ => Sign(desk, key, SignedBlocks.CertificateVerify(32)).Status).ToList();

        // The rest of the second may begin anew meanwhile, on a slow machine.
        Assert.Equal(Enumerable.Repeat(SignStatus.Signed, 5), answers.Take(5));
        Assert.Contains(SignStatus.Limited, answers);
        var use = Assert.Single(UsesOf(desk));
        Assert.Equal(50, use.Signatures + use.Limited);
        Assert.Equal(use.Signatures, _token.Signatures);
    }

    [Fact]
    public void Sign_KeyAskedForByManyNames_HasOneAllowance()
    {
        var desk = NewDesk(out var key, Options() with { MaxSignaturesPerSecond = 5 });
        string[] names = ["pkcs11:object=web", "pkcs11:object=%77eb", "pkcs11:token=stub;object=web", "pkcs11:token=stub;object=web;id=%01"];
        var begun = Stopwatch.GetTimestamp();

        var answers = names.SelectMany(name =>
        {
            var named = Offered(desk, name);
            return Enumerable.Range(0, 50).Select(_ => Sign(desk, named, SignedBlocks.CertificateVerify(32)).Status).ToList();
        }).ToList();

        var most = (int)(5 * (1 + Stopwatch.GetElapsedTime(begun).TotalSeconds));
        Assert.InRange(answers.Count(status => status == SignStatus.Signed), 5, most);
        Assert.All(names, name => Assert.Equal(key, Offered(desk, name)));
    }

    [Fact]
    public void Sign_AnotherKey_HasAnAllowanceOfItsOwn()
    {
        var desk = NewDesk(out var key, Options() with { MaxSignaturesPerSecond = 1 });
        using var other = new StubToken();
        Assert.Equal(SignStatus.Signed, Sign(desk, key, SignedBlocks.CertificateVerify(32)).Status);

        _token.Opened = other;
        var another = Offered(desk);

        Assert.NotEqual(key, another);
        Assert.Equal(SignStatus.Signed, Sign(desk, another, SignedBlocks.CertificateVerify(32)).Status);
    }

    [Theory]
    [InlineData(true, (byte)SignStatus.Failed)]
    [InlineData(false, (byte)SignStatus.Unavailable)]
    public void Sign_TokenFails_SaysWhyAndWhetherOthersWould(bool isAvailable, byte status)
    {
        var desk = NewDesk(out var key);
        _token.InSignature = () => throw new SigningException("It is tired.");
        _token.IsAvailable = isAvailable;

        var (found, content) = Sign(desk, key, SignedBlocks.CertificateVerify(32));

        Assert.Equal((SignStatus)status, found);
        Assert.Equal("It is tired.", Encoding.UTF8.GetString(content));
    }

    [Fact]
    public void Ask_ForTheSameKeyTwice_IsTheSameHandle()
    {
        var desk = NewDesk(out var key);

        Assert.Equal(key, Offered(desk));
    }

    [Fact]
    public void Ask_WithAndWithoutACertificate_ExpectsItsKeyOrNone()
    {
        var desk = NewDesk(out _);

        Ask(desk, new SignerQuestion(Uri, _token.PublicKey.Encoded.ToArray()));

        Assert.Equal([null, _token.PublicKey.Encoded.ToArray()], _token.Expected);
    }

    [Fact]
    public void Ask_AnotherLifeOfTheSigner_HasOtherHandles()
    {
        NewDesk(out var one);
        NewDesk(out var other);

        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Ask_TokenRefusesThePin_SaysSo()
    {
        var desk = new SignerDesk(_token, Options());
        _token.OnOpen = TokenException.PinRefused("The PIN is wrong.");

        var failure = Ask(desk, new SignerQuestion(Uri, null)).Failure!;

        Assert.True(Assert.IsType<TokenException>(failure.ToException()).IsPinRefused);
        Assert.Equal("The PIN is wrong.", failure.Message);
    }

    [Fact]
    public void Ask_KeyGateRefuses_SendsTheReport()
    {
        var report = new KeyGateReport(Uri, [new KeyGateFinding("CKA_SENSITIVE", "true", "false", "It can be read.", false)], [], []);
        _token.OnOpen = new KeyRefusedException(report);

        var failure = Ask(new SignerDesk(_token, Options()), new SignerQuestion(Uri, null)).Failure!;

        Assert.Equal(report.ToString(), Assert.IsType<KeyRefusedException>(failure.ToException()).Report.ToString());
    }

    [Fact]
    public void Ask_QuestionCutAnywhere_IsNoneOrFails()
    {
        var desk = NewDesk(out _);
        byte[] packet = [3, 1, .. JsonSerializer.SerializeToUtf8Bytes(new SignerQuestion(Uri, null), SignerJson.Default.SignerQuestion)];

        for (var length = 0; length < packet.Length; length++)
            Assert.Equal(0, desk.Answer(packet.AsSpan(0, length), new byte[SignerProtocol.MaxPacket]));
        Assert.NotEqual(0, desk.Answer(packet, new byte[SignerProtocol.MaxPacket]));
    }

    [Fact]
    public async Task Answer_AnyPacket_EndsOrAnswersAndSignsNothing()
    {
        var desk = NewDesk(out _);

        await FuzzRun.RunAsync(seed =>
        {
            var random = new Random(seed);
            var packet = new byte[random.Next(0, 400)];
            random.NextBytes(packet);
            if (packet.Length > 1 && random.Next(4) > 0) (packet[0], packet[1]) = ((byte)random.Next(0, 5), 1);
            Assert.InRange(desk.Answer(packet, new byte[SignerProtocol.MaxPacket]), 0, SignerProtocol.MaxPacket);
            return Task.CompletedTask;
        });

        Assert.Equal(0, _token.Signatures);
    }

    [Fact]
    public void Ask_NotForItsUses_SendsNone()
    {
        var desk = NewDesk(out _);

        Assert.Null(Ask(desk, new SignerQuestion(null, null)).Uses);
        Assert.Null(Ask(desk, new SignerQuestion(Uri, null)).Uses);
        Assert.Single(UsesOf(desk));
    }

    internal static SignerOptions Options() => new() { Sessions = 4, CallTimeout = TimeSpan.FromSeconds(5) };

    private SignerDesk NewDesk(out UInt128 key, SignerOptions? options = null)
    {
        var desk = new SignerDesk(_token, options ?? Options());
        key = Offered(desk);
        return desk;
    }

    private static UInt128 Offered(SignerDesk desk, string uri = Uri) => UInt128.Parse(
        Ask(desk, new SignerQuestion(uri, null)).Key!.Handle, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static IReadOnlyList<KeyUse> UsesOf(SignerDesk desk) => Ask(desk, new SignerQuestion(null, null, Uses: true)).Uses!;

    private static SignerAnswer Ask(SignerDesk desk, SignerQuestion question)
    {
        var answer = new byte[SignerProtocol.MaxPacket];
        var length = desk.Answer([3, 1, .. JsonSerializer.SerializeToUtf8Bytes(question, SignerJson.Default.SignerQuestion)], answer);
        return JsonSerializer.Deserialize(answer.AsSpan(2, length - 2), SignerJson.Default.SignerAnswer)!;
    }

    private static (SignStatus Status, byte[] Content) Sign(
        SignerDesk desk, UInt128 key, byte[] block, SignatureScheme scheme = SignatureScheme.EcdsaSecp256r1Sha256)
    {
        var answer = new byte[SignerProtocol.MaxPacket];
        var length = desk.Answer(SignerProtocolTests.Request(block, 77, key, scheme), answer);
        Assert.True(SignerProtocol.TryReadAnswer(answer.AsSpan(0, length), out var status, out var number, out var content));
        Assert.Equal(77u, number);
        return (status, content.ToArray());
    }
}
