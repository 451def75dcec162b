using System.Runtime.InteropServices;
using System.Text;

namespace ForwardSecretProxy.Hardening.Execution;

/// <summary>Strings as execve(2) takes them. Never freed: what follows is another program.</summary>
internal static unsafe class NativeBlock
{
    /// <summary>An array of pointers with a null at its end.</summary>
    internal static byte** Of(IReadOnlyList<byte[]> strings)
    {
        var block = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < strings.Count; i++)
        {
            block[i] = (byte*)NativeMemory.AllocZeroed((nuint)strings[i].Length + 1);
            strings[i].CopyTo(new Span<byte>(block[i], strings[i].Length));
        }

        return block;
    }

    /// <summary>One string with its zero.</summary>
    internal static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
