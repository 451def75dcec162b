using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The ports in the files of <c>config/</c>, each moved to one that is free on this machine.</summary>
internal sealed class MovedPorts
{
    private readonly Dictionary<int, int> _ports = [];

    /// <summary>Where the port of the example is in this test.</summary>
    public int this[int port] =>
        _ports.TryGetValue(port, out var moved) ? moved : _ports[port] = FreePort.Next();

    /// <summary>The text with those ports moved, each of which must stand in it.</summary>
    public string Move(string text, params int[] ports)
    {
        foreach (var port in ports)
        {
            var written = port.ToString(CultureInfo.InvariantCulture);
            Assert.Contains(written, text, StringComparison.Ordinal);
            text = text.Replace(written, this[port].ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>A file of <c>config/</c> with its ports moved.</summary>
    public string Read(string file, params int[] ports) =>
        Move(File.ReadAllText(Repository.Path(Path.Combine("config", file))), ports);
}
