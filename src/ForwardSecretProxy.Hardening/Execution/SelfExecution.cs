using System.Runtime.InteropServices;
using System.Text;
using ForwardSecretProxy.Hardening.Interop;

namespace ForwardSecretProxy.Hardening.Execution;

/// <summary>
/// Executes this program anew in this process: the same process id, arguments, standard streams and descriptors without
/// close-on-exec, and nothing else of what it was. What the calling thread was restricted to then holds for all threads.
/// </summary>
public static unsafe class SelfExecution
{
    private const string Itself = "/proc/self/exe";

    /// <summary>Does so, and returns only by an exception.</summary>
    /// <param name="environment">What is changed in the environment; null takes a variable out.</param>
    /// <exception cref="HardeningException">It could not be executed.</exception>
    public static void Run(IReadOnlyDictionary<string, string?> environment)
    {
        var arguments = NativeBlock.Of(CurrentArguments());
        var variables = NativeBlock.Of(Change(CurrentEnvironment(), environment));
        // By its path, from which the kernel takes the process's name; where that is gone (an upgrade), what runs still is.
        foreach (var program in (string[])[Environment.ProcessPath ?? Itself, Itself])
        {
            fixed (byte* path = NativeBlock.Text(program))
                _ = LibC.execve(path, arguments, variables);
        }

        throw HardeningException.FromLastError("execve of fsp itself");
    }

    /// <summary>The variables with the changes made, as <c>NAME=value</c>. Bytes that are no UTF-8 stay as they are.</summary>
    internal static List<byte[]> Change(IEnumerable<byte[]> variables, IReadOnlyDictionary<string, string?> changes)
    {
        var changed = variables.Where(variable => !changes.ContainsKey(NameOf(variable))).ToList();
        changed.AddRange(changes
            .Where(change => change.Value is not null)
            .Select(change => Encoding.UTF8.GetBytes($"{change.Key}={change.Value}")));
        return changed;
    }

    private static string NameOf(ReadOnlySpan<byte> variable) =>
        Encoding.UTF8.GetString(variable.IndexOf((byte)'=') is var at and >= 0 ? variable[..at] : variable);

    // The command line that the kernel has, dotnet and the assembly's name before our own arguments included.
    private static List<byte[]> CurrentArguments()
    {
        var line = File.ReadAllBytes("/proc/self/cmdline").AsSpan();
        var arguments = new List<byte[]>();
        while (line.IndexOf((byte)0) is var end and >= 0)
        {
            arguments.Add(line[..end].ToArray());
            line = line[(end + 1)..];
        }

        return arguments;
    }

    // libc's own: .NET decodes it, and a PIN may be any bytes. /proc/self/environ is not ours to read after PR_SET_DUMPABLE.
    private static List<byte[]> CurrentEnvironment()
    {
        var variables = new List<byte[]>();
        var each = *(byte***)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "environ");
        while (each is not null && *each is not null)
            variables.Add(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*each++).ToArray());
        return variables;
    }
}
