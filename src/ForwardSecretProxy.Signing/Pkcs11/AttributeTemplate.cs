using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// A list of attributes in native memory, as templates are given to a token (PKCS#11 v2.40 section 4.1). Disposing
/// frees it.
/// </summary>
internal sealed class AttributeTemplate : IDisposable
{
    private readonly List<CK_ATTRIBUTE> _attributes = [];

    /// <summary>The native form; the pointers in it live until this template is disposed.</summary>
    public CK_ATTRIBUTE[] ToNative() => [.. _attributes];

    /// <summary>Adds a CK_BBOOL.</summary>
    public AttributeTemplate Add(CKA type, bool value) => Add(type, [value ? (byte)1 : (byte)0]);

    /// <summary>Adds a CK_ULONG.</summary>
    public AttributeTemplate Add(CKA type, ulong value) =>
        Add(type, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));

    /// <summary>Adds bytes.</summary>
    public AttributeTemplate Add(CKA type, ReadOnlySpan<byte> value)
    {
        var memory = Marshal.AllocHGlobal(Math.Max(1, value.Length));
        Marshal.Copy(value.ToArray(), 0, memory, value.Length);
        _attributes.Add(new CK_ATTRIBUTE { type = (ulong)type, value = memory, valueLen = (ulong)value.Length });
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var attribute in _attributes)
            Marshal.FreeHGlobal(attribute.value);
        _attributes.Clear();
    }
}
