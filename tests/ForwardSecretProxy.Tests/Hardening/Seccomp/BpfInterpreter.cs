using System.Buffers.Binary;
using ForwardSecretProxy.Hardening.Seccomp;

namespace ForwardSecretProxy.Tests.Hardening.Seccomp;

/// <summary>
/// Classic BPF as the kernel runs it for a system call (net/core/filter.c), for the instructions that are used. A jump out
/// of the program, or an instruction that it does not know, is an error, as it is for the kernel's checker.
/// </summary>
internal static class BpfInterpreter
{
    internal static uint Run(IReadOnlyList<BpfInstruction> program, int number, uint architecture, params ulong[] arguments)
    {
        var data = new byte[64];
        BinaryPrimitives.WriteInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), architecture);
        for (var i = 0; i < arguments.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16 + (i * 8)), arguments[i]);

        uint value = 0;
        for (var at = 0; ; at++)
        {
            var instruction = program[at];
            switch (instruction.Code)
            {
                case BpfInstruction.LoadCode:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)instruction.Operand));
                    break;
                case BpfInstruction.AndCode:
                    value &= instruction.Operand;
                    break;
                case BpfInstruction.JumpIfEqualCode:
                    at += value == instruction.Operand ? instruction.True : instruction.False;
                    break;
                case BpfInstruction.JumpIfAtLeastCode:
                    at += value >= instruction.Operand ? instruction.True : instruction.False;
                    break;
                case BpfInstruction.ReturnCode:
                    return instruction.Operand;
                default:
                    throw new InvalidOperationException($"instruction {at} has code {instruction.Code}");
            }
        }
    }
}
