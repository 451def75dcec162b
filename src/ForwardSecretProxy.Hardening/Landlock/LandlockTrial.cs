using static ForwardSecretProxy.Hardening.Interop.LibC;

namespace ForwardSecretProxy.Hardening.Landlock;

/// <summary>Whether Landlock restricts this thread, found out by trying: the kernel has no other way to tell.</summary>
public static class LandlockTrial
{
    /// <summary>Whether the root folder, which everybody may list and no rule gives, cannot be opened.</summary>
    public static bool IsRefused()
    {
        var fd = open("/", O_CLOEXEC);
        if (fd < 0)
            return true;
        _ = close(fd);
        return false;
    }
}
