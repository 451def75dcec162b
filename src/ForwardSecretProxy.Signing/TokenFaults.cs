namespace ForwardSecretProxy.Signing;

/// <summary>Tells of what tokens and modules in this process do wrong, as it happens.</summary>
public static class TokenFaults
{
    /// <summary>
    /// Raised for each fault. <see cref="TokenFaultKind.CallExpired"/> comes on a thread that does nothing but watch calls and
    /// depends on nothing that a hanging module could have blocked, so a process that only hosts a module can end itself
    /// there. Whoever listens does not wait for anything.
    /// </summary>
    public static event Action<TokenFault>? Found;

    internal static void Report(TokenFault fault)
    {
        try
        {
            Found?.Invoke(fault);
        }
        catch (Exception)
        {
            // Whoever listens must not keep the others from being told, nor the watch from going on.
        }
    }
}
