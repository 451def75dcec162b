using ForwardSecretProxy.FunctionalTests.Fixtures;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>A fault as it can happen while a proxy serves.</summary>
/// <param name="Row">The row of <c>docs/faults.md</c> that says what comes of it.</param>
/// <param name="Begin">Brings it about.</param>
/// <param name="EndsProcess">Whether it ends the process that has loaded the module.</param>
internal sealed record SoakFault(string Row, Action<FaultControl> Begin, bool EndsProcess = false)
{
    /// <summary>All of them. What one leaves behind, <see cref="FaultControl.Reset"/> and a return of the token mend.</summary>
    public static IReadOnlyList<SoakFault> All { get; } =
    [
        new("Sessions end", faults => faults.EndSessions()),
        new("Logged out", faults => faults.LogOut()),
        new("Token gone", faults => faults.IsAbsent = true),
        new("Token back in another slot", faults => faults.ComeBack()),
        new("A call fails", faults => faults.Answer(FaultFunction.Sign, CKR.CKR_DEVICE_ERROR, times: 3)),
        new("A call fails", faults => faults.Answer(FaultFunction.SignInit, CKR.CKR_KEY_HANDLE_INVALID, times: 5)),
        new("A call fails", faults =>
        {
            faults.Answer(FaultFunction.OpenSession, CKR.CKR_GENERAL_ERROR, times: 2);
            faults.EndSessions();
        }),
        new("A call fails", faults =>
        {
            faults.Answer(FaultFunction.FindObjects, CKR.CKR_FUNCTION_FAILED, times: 1);
            faults.EndSessions();
        }),
        new("Slow", faults => faults.Delay(FaultFunction.Sign, TimeSpan.FromMilliseconds(200))),
        new("One session", faults =>
        {
            faults.MaxSessions = 1;
            faults.EndSessions();
        }),
        new("Mechanism missing", faults => faults.MissingMechanism = CKM.CKM_ECDSA),
        new("Wrong signature", faults =>
        {
            faults.WrongSignatures = -1;
            faults.EndSessions();
        }),
        new("Module hangs", faults => faults.Hang(FaultFunction.Sign), EndsProcess: true),
        new("Module hangs", faults =>
        {
            faults.Hang(FaultFunction.OpenSession);
            faults.EndSessions();
        }, EndsProcess: true),
        new("Module crashes", faults => faults.Crash(FaultFunction.Sign), EndsProcess: true),
    ];
}
