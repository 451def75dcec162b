using System.Collections.Concurrent;
using System.Diagnostics;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>What comes of each fault of a token or its module, in the process that has loaded it.</summary>
[Collection(OneModule.Name)]
public sealed class FaultTests : IDisposable
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(5);

    private static FaultControl Faults => FaultyToken.Faults;

    public void Dispose() => Faults.Reset();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sign_SessionsOrLoginLostUnderLoad_NothingFailsAndTheKeyIsInspectedOnceEachTime(bool logoutOnly)
    {
        using var faulty = await FaultyToken.CreateAsync();
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var made = 0;
            for (; !stop.IsCancellationRequested; made++)
                await FaultyToken.SignAsync(signer);
            return made;
        })).ToList();

        // The gate makes one key to wrap with each time.
        var gates = Faults.Calls(FaultFunction.GenerateKey);
        const int losses = 5;
        for (var loss = 0; loss < losses; loss++)
        {
            var (before, signed) = (Faults.Calls(FaultFunction.GenerateKey), Faults.Calls(FaultFunction.Sign));
            if (logoutOnly)
                Faults.LogOut();
            else
                Faults.EndSessions();
            await UntilAsync(() => Faults.Calls(FaultFunction.GenerateKey) > before
                && Faults.Calls(FaultFunction.Sign) > signed + 50);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(load), made => Assert.True(made > 0));
        Assert.Equal(losses, Faults.Calls(FaultFunction.GenerateKey) - gates);
    }

    [Fact]
    public async Task Sign_TokenGone_FailsAtOnceAndGoesOnWhenItIsBackInAnotherSlot()
    {
        using var faulty = await FaultyToken.CreateAsync();
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;
        await FaultyToken.SignAsync(signer);
        var slot = token.Info.Slot;

        Faults.IsAbsent = true;
        await Assert.ThrowsAsync<SigningException>(() => FaultyToken.SignAsync(signer));
        var started = Stopwatch.GetTimestamp();
        var failure = await Assert.ThrowsAsync<SigningException>(() => FaultyToken.SignAsync(signer));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Contains("CKR_TOKEN_NOT_PRESENT", failure.Message, StringComparison.Ordinal);
        Assert.False(signer.Pool.IsAvailable);

        Faults.ComeBack();
        Assert.NotEmpty(await FaultyToken.SignAtLastAsync(signer, Recovery));
        Assert.NotEqual(slot, token.Info.Slot);
        Assert.True(signer.Pool.IsAvailable);
    }

    [Fact]
    public async Task Sign_WrongSignature_IsFoundInANewSessionAndTheTokenRestsUntilItSignsRightly()
    {
        using var faulty = await FaultyToken.CreateAsync();
        var (token, signer) = await faulty.OpenAsync(options => options with { Sessions = 1 });
        using var _ = token;
        await FaultyToken.SignAsync(signer);

        // The control: a session's second signature is not among those that are verified, and comes out wrong.
        Faults.WrongSignatures = 1;
        Assert.False(await signer.SignsRightlyAsync());

        Faults.EndSessions();
        Faults.WrongSignatures = -1;
        var gate = await Assert.ThrowsAsync<SigningException>(() => FaultyToken.SignAsync(signer));
        Assert.Contains("does not verify", gate.Message, StringComparison.Ordinal);
        Assert.False(signer.Pool.IsAvailable);
        var next = await Assert.ThrowsAsync<SigningException>(() => FaultyToken.SignAsync(signer));
        Assert.Contains("no signature that verifies", next.Message, StringComparison.Ordinal);

        // It is tried once a second, and not used while it still signs wrongly.
        var gates = Faults.Calls(FaultFunction.GenerateKey);
        await UntilAsync(() => Faults.Calls(FaultFunction.GenerateKey) > gates);
        Assert.False(signer.Pool.IsAvailable);

        Faults.WrongSignatures = 0;
        await FaultyToken.SignAtLastAsync(signer, Recovery);
        Assert.True(signer.Pool.IsAvailable);
    }

    [Theory]
    [InlineData(KeyKind.EcP256, 2 * Pkcs11Signer.VerifiedOneIn)]
    [InlineData(KeyKind.Rsa2048, 1)]
    public async Task Sign_EverySignatureWrong_IsFoundByVerifyingSome(KeyKind kind, int within)
    {
        using var faulty = await FaultyToken.CreateAsync(kind);
        var (token, signer) = await faulty.OpenAsync(options => options with { Sessions = 1 });
        using var _ = token;
        await FaultyToken.SignAsync(signer);
        using var faults = new SeenFaults();

        Faults.WrongSignatures = -1;
        var made = 0;
        await Assert.ThrowsAsync<SigningException>(async () =>
        {
            for (; made < within; made++)
                Assert.False(await signer.SignsRightlyAsync());
        });

        var fault = Assert.Single(faults.Of(TokenFaultKind.WrongSignature));
        Assert.Equal((token.Info.Label, faulty.Uri.ToString()), (fault.Token, fault.Subject));
        Assert.False(signer.Pool.IsAvailable);
        Assert.Equal(1, token.Shared.Pool.Faults.WrongSignatures);
    }

    [Fact]
    public async Task Sign_OneCallHangs_OthersGoOnInASessionOfTheirOwnAndItHealsWhenItReturns()
    {
        using var faulty = await FaultyToken.CreateAsync();
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;
        await FaultyToken.SignAsync(signer);
        using var faults = new SeenFaults();

        Faults.Hang(FaultFunction.Sign, times: 1);
        var stuck = Task.Run(() => FaultyToken.SignAsync(signer));
        await UntilAsync(() => !signer.Pool.IsAvailable);
        var failure = await Assert.ThrowsAsync<SigningException>(() => FaultyToken.SignAsync(signer));

        Assert.Contains("has not answered C_Sign for 0.6 s", failure.Message, StringComparison.Ordinal);
        Assert.Equal("C_Sign", Assert.Single(faults.Of(TokenFaultKind.CallExpired)).Subject);
        await FaultyToken.SignAtLastAsync(signer, Recovery);
        Assert.False(stuck.IsCompleted);

        Faults.Mend(FaultFunction.Sign);
        await stuck.WaitAsync(Recovery);
        Assert.Single(faults.Of(TokenFaultKind.CallReturned));
        await FaultyToken.SignAsync(signer);
        Assert.Equal(0, token.Shared.Pool.InUseCount);
        Assert.Equal(1, token.Shared.Pool.Faults.ExpiredCalls);
    }

    [Fact]
    public async Task Sign_AllHangsWhileOthersWait_TheyAreToldAtOnceAndItHeals()
    {
        using var faulty = await FaultyToken.CreateAsync();
        var (token, signer) = await faulty.OpenAsync(options => options with { Sessions = 1 });
        using var _ = token;
        await FaultyToken.SignAsync(signer);

        Faults.Hang(FaultFunction.Sign);
        Faults.Hang(FaultFunction.OpenSession);
        var stuck = Task.Run(() => FaultyToken.SignAsync(signer));
        await UntilAsync(() => token.Shared.Pool.InUseCount == 1);
        var waiting = Enumerable.Range(0, 5).Select(_ => FaultyToken.SignAsync(signer)).ToList();
        foreach (var waiter in waiting)
            await Assert.ThrowsAsync<SigningException>(() => waiter.WaitAsync(Recovery));
        Assert.False(stuck.IsCompleted);

        // One try hangs, and is not followed by others.
        await UntilAsync(() => token.Shared.Pool.Faults.ExpiredCalls == 2);
        var tries = Faults.Calls(FaultFunction.OpenSession);
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        Assert.Equal(tries, Faults.Calls(FaultFunction.OpenSession));

        Faults.Mend(FaultFunction.Sign);
        Faults.Mend(FaultFunction.OpenSession);
        await FaultyToken.SignAtLastAsync(signer, Recovery);
        await stuck.WaitAsync(Recovery);
    }

    [Theory]
    [InlineData(FaultFunction.GetSlotList, "C_GetSlotList")]
    [InlineData(FaultFunction.OpenSession, "C_OpenSession")]
    [InlineData(FaultFunction.Login, "C_Login")]
    [InlineData(FaultFunction.FindObjects, "C_FindObjects")]
    [InlineData(FaultFunction.GetAttributeValue, "C_GetAttributeValue")]
    [InlineData(FaultFunction.Sign, "C_Sign")]
    public async Task OpenSigner_CallHangs_IsGivenUpInTime(FaultFunction function, string name)
    {
        using var faulty = await FaultyToken.CreateAsync();
        Faults.Hang(function, times: 1);
        var started = Stopwatch.GetTimestamp();

        var failure = await Assert.ThrowsAsync<TokenException>(() => faulty.OpenAsync());

        Assert.Contains($"has not answered {name} for 0.6 s", failure.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started), FaultyToken.CallTimeout, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Generate_TakesLongerThanOtherCallsMay_IsWaitedFor()
    {
        using var faulty = await FaultyToken.CreateAsync();
        using var token = Token.Open(faulty.Options);
        Faults.Delay(FaultFunction.GenerateKeyPair, 2 * FaultyToken.CallTimeout, times: 1);

        Assert.NotNull(new KeyStore(token).Generate(KeyKind.EcP256, "slow"));
    }

    [Fact]
    public async Task Sign_TakesAlmostAsLongAsItMay_IsNoFault()
    {
        using var faulty = await FaultyToken.CreateAsync();
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;
        using var faults = new SeenFaults();

        Faults.Delay(FaultFunction.Sign, FaultyToken.CallTimeout / 2, times: 2);
        await FaultyToken.SignAsync(signer);
        await FaultyToken.SignAsync(signer);

        Assert.Empty(faults.Of(TokenFaultKind.CallExpired));
        Assert.True(signer.Pool.IsAvailable);
    }

    [Theory]
    [InlineData(CKR.CKR_PIN_INCORRECT)]
    [InlineData(CKR.CKR_PIN_LOCKED)]
    [InlineData(CKR.CKR_PIN_EXPIRED)]
    public async Task Login_PinRefused_IsNotTriedAgainAndAnotherIsOnce(CKR code)
    {
        using var faulty = await FaultyToken.CreateAsync();
        var right = await File.ReadAllTextAsync(faulty.PinFile);
        var logins = Faults.Calls(FaultFunction.Login);

        await File.WriteAllTextAsync(faulty.PinFile, "wrong-" + right);
        Faults.Answer(FaultFunction.Login, code, times: 1);
        Assert.True((await Assert.ThrowsAsync<TokenException>(() => faulty.OpenAsync())).IsPinRefused);
        var again = await Assert.ThrowsAsync<TokenException>(() => faulty.OpenAsync());
        Assert.True(again.IsPinRefused);
        Assert.Contains("not tried again", again.Message, StringComparison.Ordinal);
        Assert.Equal(1, Faults.Calls(FaultFunction.Login) - logins);

        await File.WriteAllTextAsync(faulty.PinFile, right);
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;
        await FaultyToken.SignAsync(signer);
        Assert.Equal(2, Faults.Calls(FaultFunction.Login) - logins);
    }

    [Fact]
    public async Task Login_OneTryLeft_IsLeftToAPerson()
    {
        using var faulty = await FaultyToken.CreateAsync();
        var logins = Faults.Calls(FaultFunction.Login);
        Faults.TokenFlags = CKF.CKF_USER_PIN_FINAL_TRY;

        var failure = await Assert.ThrowsAsync<TokenException>(() => faulty.OpenAsync());

        Assert.True(failure.IsPinRefused);
        Assert.Contains("by hand", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, Faults.Calls(FaultFunction.Login) - logins);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(-1, 4)]
    public async Task Open_TokenWithOneSessionOrUnknownMany_UsesWhatItHas(long told, int used)
    {
        using var faulty = await FaultyToken.CreateAsync();
        Faults.MaxSessions = told;
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => FaultyToken.SignAsync(signer))));
        Assert.Equal(used, token.Shared.Pool.Limit);

        Faults.EndSessions();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => FaultyToken.SignAsync(signer))));
    }

    [Fact]
    public async Task OpenSigner_MechanismMissing_IsNotOffered()
    {
        using var faulty = await FaultyToken.CreateAsync(KeyKind.Rsa2048);
        Faults.MissingMechanism = CKM.CKM_RSA_PKCS_PSS;
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;

        Assert.Contains(SignatureScheme.RsaPkcs1Sha256, signer.Schemes);
        Assert.Contains(signer.Report.UnavailableSchemes, lacking => lacking.Scheme == SignatureScheme.RsaPssRsaeSha256);
    }

    [Fact]
    public async Task Sign_KeyWantsALoginForEachSignature_GetsIt()
    {
        using var faulty = await FaultyToken.CreateAsync();
        var before = Faults.ContextLogins;
        Faults.AlwaysAuthenticate = true;
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;
        var forTheGate = Faults.ContextLogins - before;

        for (var i = 0; i < 3; i++)
            await FaultyToken.SignAsync(signer);
        Assert.Equal((1, 3), (forTheGate, Faults.ContextLogins - before - forTheGate));

        // One that is refused is the last with that PIN.
        Faults.Answer(FaultFunction.Login, CKR.CKR_PIN_INCORRECT, times: 1);
        await Assert.ThrowsAsync<SigningException>(() => FaultyToken.SignAsync(signer));
        var logins = Faults.Calls(FaultFunction.Login);
        await Assert.ThrowsAsync<SigningException>(() => FaultyToken.SignAsync(signer));
        Assert.Equal(logins, Faults.Calls(FaultFunction.Login));
    }

    // After each the sessions end as well, so that the whole way back is gone.
    [Theory]
    [InlineData(FaultFunction.GetTokenInfo, CKR.CKR_DEVICE_ERROR)]
    [InlineData(FaultFunction.OpenSession, CKR.CKR_GENERAL_ERROR)]
    [InlineData(FaultFunction.OpenSession, CKR.CKR_SESSION_COUNT)]
    [InlineData(FaultFunction.GetSessionInfo, CKR.CKR_SESSION_HANDLE_INVALID)]
    [InlineData(FaultFunction.FindObjects, CKR.CKR_SESSION_CLOSED)]
    [InlineData(FaultFunction.GetAttributeValue, CKR.CKR_DEVICE_REMOVED)]
    [InlineData(FaultFunction.SignInit, CKR.CKR_KEY_HANDLE_INVALID)]
    [InlineData(FaultFunction.SignInit, CKR.CKR_OPERATION_ACTIVE)]
    [InlineData(FaultFunction.Sign, CKR.CKR_DEVICE_ERROR)]
    [InlineData(FaultFunction.Sign, CKR.CKR_FUNCTION_FAILED)]
    [InlineData(FaultFunction.CloseSession, CKR.CKR_DEVICE_ERROR)]
    public async Task Sign_CallAnswersWithAnErrorOnce_GoesOnByItself(FaultFunction function, CKR code)
    {
        using var faulty = await FaultyToken.CreateAsync();
        var (token, signer) = await faulty.OpenAsync();
        using var _ = token;
        await FaultyToken.SignAsync(signer);

        Faults.Answer(function, code, times: 1);
        Faults.EndSessions();

        await FaultyToken.SignAtLastAsync(signer, Recovery);
        await FaultyToken.SignAsync(signer);
        Assert.Equal(0, Faults.Left(function));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private sealed class SeenFaults : IDisposable
    {
        private readonly ConcurrentQueue<TokenFault> _seen = new();

        public SeenFaults() => TokenFaults.Found += _seen.Enqueue;

        public IEnumerable<TokenFault> Of(TokenFaultKind kind) => _seen.Where(fault => fault.Kind == kind);

        public void Dispose() => TokenFaults.Found -= _seen.Enqueue;
    }
}
