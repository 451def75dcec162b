using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Tests.Audit.Probing;

/// <summary>What OpenSSL 3.0.19's s_server answered to a ClientHello with <see cref="Random"/>, byte by byte.</summary>
internal static class RecordedFlights
{
    private static readonly string Folder = Repository.PathOf("tests/ForwardSecretProxy.Tests/Audit/Probing/Flights");

    /// <summary>0, 1, 2 and so on.</summary>
    public static byte[] Random { get; } = [.. Enumerable.Range(0, 32).Select(each => (byte)each)];

    /// <summary>A ClientHello with that random; a recorded server does not look at the rest.</summary>
    public static ClientHello Hello { get; } = new() { Version = TlsVersion.Tls12, Suites = [0x1301], Random = Random };

    /// <summary>All there are.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.bin").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    /// <summary>The bytes of one.</summary>
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".bin"));

    /// <summary>Has a prober meet a server that says this.</summary>
    public static Task<ServerFlight> ProbeAsync(Stream server, FlightExtent extent = FlightExtent.Whole, TimeSpan? timeout = null) =>
        new Prober(_ => Task.FromResult(server), timeout ?? TimeSpan.FromSeconds(30)).AskAsync(Hello, extent, CancellationToken.None);
}
