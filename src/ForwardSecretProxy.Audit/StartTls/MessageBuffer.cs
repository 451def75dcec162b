using System.Runtime.InteropServices;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>Gathers a message that arrives in any pieces, as far as it is wanted.</summary>
internal sealed class MessageBuffer
{
    private readonly List<byte> _bytes = [];

    /// <summary>What is here; good until the next call.</summary>
    public ReadOnlySpan<byte> Bytes => CollectionsMarshal.AsSpan(_bytes);

    /// <summary>Forgets everything.</summary>
    public void Reset() => _bytes.Clear();

    /// <summary>Takes off the front of <paramref name="data"/> what is missing to so many bytes.</summary>
    /// <returns>Whether they are here.</returns>
    public bool TryFill(ref ReadOnlySpan<byte> data, int wanted)
    {
        var count = Math.Min(wanted - _bytes.Count, data.Length);
        _bytes.AddRange(data[..count]);
        data = data[count..];
        return _bytes.Count == wanted;
    }
}
