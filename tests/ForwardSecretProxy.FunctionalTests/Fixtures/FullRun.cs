namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// How large or how often something is done whose number proves little: as it takes to show a fault on every change, and with
/// the variable <c>FSP_FULL_TESTS</c> set as it takes to show a rare one.
/// </summary>
internal static class FullRun
{
    /// <summary>Whether time does not matter.</summary>
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("FSP_FULL_TESTS") is not null;

    /// <summary>One of two numbers.</summary>
    public static int Number(int usual, int full) => IsAsked ? full : usual;
}
