using static ForwardSecretProxy.Hardening.Interop.LibC;

namespace ForwardSecretProxy.Hardening.Execution;

/// <summary>The process that started this one, or the one that adopted it when that ended: getppid(2).</summary>
public static class ParentProcess
{
    /// <summary>Its id.</summary>
    public static int Id => getppid();
}
