using System.Buffers.Binary;

namespace OpenInteractions.Sandboxes.Tests.Policy;

/// <summary>Runs a filter as the kernel does, for any processor.</summary>
internal static class BpfMachine
{
    public static uint Run(byte[] program, uint processor, uint number, params ulong[] arguments)
    {
        var data = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), processor);
        for (var i = 0; i < arguments.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16 + (8 * i)), arguments[i]);
        }

        var accumulator = 0u;
        for (var at = 0; at < program.Length / 8; at++)
        {
            var instruction = program.AsSpan(at * 8);
            var constant = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
            var code = BinaryPrimitives.ReadUInt16LittleEndian(instruction);
            switch (code)
            {
                case 0x20:
                    accumulator = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(checked((int)constant)));
                    break;
                case 0x54:
                    accumulator &= constant;
                    break;
                case 0x06:
                    return constant;
                case 0x15 or 0x25 or 0x45:
                    var jumps = code switch { 0x15 => accumulator == constant, 0x25 => accumulator > constant, _ => (accumulator & constant) != 0 };
                    at += jumps ? instruction[2] : instruction[3];
                    break;
                default:
                    throw new InvalidOperationException($"Instruction {code:x} at {at}.");
            }
        }

        throw new InvalidOperationException("The program ran over its end.");
    }
}
