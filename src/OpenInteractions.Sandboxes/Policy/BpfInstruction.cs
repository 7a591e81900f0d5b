using System.Buffers.Binary;

namespace OpenInteractions.Sandboxes.Policy;

/// <summary>One instruction of classic BPF, as the kernel reads it: operation, two jumps counted from the next instruction, a constant.</summary>
internal readonly record struct BpfInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Constant)
{
    public const ushort LoadWord = 0x20, And = 0x54, JumpIfEqual = 0x15, JumpIfGreater = 0x25, JumpIfAnyBit = 0x45, Return = 0x06;

    public const int Size = 8;

    public static byte[] Assemble(IReadOnlyList<BpfInstruction> program)
    {
        var bytes = new byte[program.Count * Size];
        foreach (var (index, instruction) in program.Index())
        {
            var target = bytes.AsSpan(index * Size);
            BinaryPrimitives.WriteUInt16LittleEndian(target, instruction.Code);
            target[2] = instruction.IfTrue;
            target[3] = instruction.IfFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(target[4..], instruction.Constant);
        }

        return bytes;
    }
}
