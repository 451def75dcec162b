using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>
/// <c>struct epoll_event</c>, which is packed on x86-64 and naturally aligned elsewhere (epoll_ctl(2)), so no type of ours
/// can have its shape.
/// </summary>
internal static unsafe class EpollEvent
{
    /// <summary>The most bytes that one takes anywhere.</summary>
    internal const int MaxSize = 16;

    /// <summary>The distance from one to the next, in bytes.</summary>
    internal static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : MaxSize;

    private static readonly int DataOffset = Size - sizeof(ulong);

    /// <summary>Sets one up.</summary>
    /// <param name="destination">Room for <see cref="MaxSize"/> bytes.</param>
    /// <param name="events">A set of <c>EPOLL*</c> bits.</param>
    /// <param name="data">What epoll gives back with them.</param>
    internal static void Write(byte* destination, uint events, ulong data)
    {
        *(uint*)destination = events;
        Unsafe.WriteUnaligned(destination + DataOffset, data);
    }

    /// <summary>The data of the one at <paramref name="index"/>.</summary>
    internal static ulong Data(byte[] list, int index) => Unsafe.ReadUnaligned<ulong>(ref list[(index * Size) + DataOffset]);

    /// <summary>The events of the one at <paramref name="index"/>.</summary>
    internal static uint Events(byte[] list, int index) => Unsafe.ReadUnaligned<uint>(ref list[index * Size]);
}
