using System.Runtime.InteropServices;

namespace ForwardSecretProxy.Hardening.Seccomp;

/// <summary>One instruction of classic BPF, <c>struct sock_filter</c>; those that a filter of system calls needs.</summary>
/// <param name="Code">What it does.</param>
/// <param name="True">How many instructions a jump skips when its condition holds.</param>
/// <param name="False">How many when it does not.</param>
/// <param name="Operand">What it does it with.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BpfInstruction(ushort Code, byte True, byte False, uint Operand)
{
    /// <summary>BPF_LD | BPF_W | BPF_ABS: a word of <c>struct seccomp_data</c> becomes the value.</summary>
    internal const ushort LoadCode = 0x20;

    /// <summary>BPF_ALU | BPF_AND | BPF_K.</summary>
    internal const ushort AndCode = 0x54;

    /// <summary>BPF_JMP | BPF_JEQ | BPF_K.</summary>
    internal const ushort JumpIfEqualCode = 0x15;

    /// <summary>BPF_JMP | BPF_JGE | BPF_K, unsigned.</summary>
    internal const ushort JumpIfAtLeastCode = 0x35;

    /// <summary>BPF_RET | BPF_K.</summary>
    internal const ushort ReturnCode = 0x06;

    internal static BpfInstruction Load(int offset) => new(LoadCode, 0, 0, (uint)offset);

    internal static BpfInstruction And(uint mask) => new(AndCode, 0, 0, mask);

    /// <summary>Skips <paramref name="distance"/> instructions when the value is <paramref name="value"/>.</summary>
    internal static BpfInstruction SkipIfEqual(uint value, int distance) => new(JumpIfEqualCode, checked((byte)distance), 0, value);

    /// <summary>Skips <paramref name="distance"/> instructions unless the value is <paramref name="value"/>.</summary>
    internal static BpfInstruction SkipUnlessEqual(uint value, int distance) => new(JumpIfEqualCode, 0, checked((byte)distance), value);

    /// <summary>Skips <paramref name="distance"/> instructions when the value is at least <paramref name="value"/>.</summary>
    internal static BpfInstruction SkipIfAtLeast(uint value, int distance) => new(JumpIfAtLeastCode, checked((byte)distance), 0, value);

    internal static BpfInstruction Return(SeccompAction action) => new(ReturnCode, 0, 0, action.Value);
}
