namespace ForwardSecretProxy.Audit.Wire;

/// <summary>One extension of a hello, or of another message that has some.</summary>
/// <param name="Type">Its number; not every one has a name here.</param>
/// <param name="Data">Its content.</param>
internal sealed record HelloExtension(ExtensionType Type, byte[] Data)
{
    /// <summary>Writes a list of them with the length before it.</summary>
    public static void WriteAll(WireWriter writer, IEnumerable<HelloExtension> extensions) => writer.Vector16(list =>
    {
        foreach (var extension in extensions)
            list.UInt16((ushort)extension.Type).Vector16(extension.Data);
    });

    /// <summary>Reads a list of them, the length before it included. None may come twice (RFC 8446 section 4.2).</summary>
    public static List<HelloExtension> ReadAll(ref WireReader reader, string what)
    {
        var extensions = new List<HelloExtension>();
        var list = new WireReader(reader.Vector16(), what);
        while (!list.IsEmpty)
        {
            var type = (ExtensionType)list.UInt16();
            if (extensions.Exists(other => other.Type == type))
                throw new WireFormatException($"its {what} has extension {(int)type} twice");
            extensions.Add(new HelloExtension(type, list.Vector16().ToArray()));
        }

        return extensions;
    }
}
