using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenInteractions.Tools.FileSearch.Vectors;

/// <summary>The dot product, which is the nearness of vectors of length 1.</summary>
internal static class DotProduct
{
    public static float Of(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var left = MemoryMarshal.Cast<float, Vector<float>>(one);
        var right = MemoryMarshal.Cast<float, Vector<float>>(other);
        var (a, b, c, d) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var i = 0;

        // Four sums: an addition has to wait for the one before it in the same sum.
        for (; i + 4 <= left.Length; i += 4)
        {
            a += left[i] * right[i];
            b += left[i + 1] * right[i + 1];
            c += left[i + 2] * right[i + 2];
            d += left[i + 3] * right[i + 3];
        }

        for (; i < left.Length; i++)
        {
            a += left[i] * right[i];
        }

        var sum = Vector.Sum(a + b + c + d);
        for (var rest = left.Length * Vector<float>.Count; rest < one.Length; rest++)
        {
            sum += one[rest] * other[rest];
        }

        return sum;
    }
}
