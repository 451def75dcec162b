using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.Audit.Wire;
using ForwardSecretProxy.Tests.Audit.Probing;

namespace ForwardSecretProxy.Tests.Audit.Scanning;

public class FlightTallyTests
{
    [Theory]
    [InlineData("tls12-ecdhe-ecdsa", "x25519")]
    [InlineData("tls12-dhe-rsa", "DHE-2048")]
    [InlineData("tls13", "x25519")]
    public async Task KeyShares_SameFlightTwice_IsARepeatedShare(string name, string group)
    {
        var tally = new FlightTally();
        tally.Add(RecordedFlights.Hello, await ReadAsync(name));

        Assert.Empty(Assert.Single(tally.KeyShares).Repeated);
        tally.Add(RecordedFlights.Hello, await ReadAsync(name));

        var seen = Assert.Single(tally.KeyShares);
        Assert.Equal((group, 2), (seen.Group, seen.Samples));
        Assert.Equal(2, Assert.Single(seen.Repeated).Times);
    }

    [Fact]
    public async Task KeyShares_LastByteDiffers_IsAnotherShare()
    {
        var flight = await ReadAsync("tls12-dhe-rsa");
        var share = flight.KeyExchange!.Share.ToArray();
        share[^1] ^= 1;
        var tally = new FlightTally();
        tally.Add(RecordedFlights.Hello, flight);
        tally.Add(RecordedFlights.Hello, flight with { KeyExchange = flight.KeyExchange with { Share = share } });

        Assert.Empty(Assert.Single(tally.KeyShares).Repeated);
    }

    [Theory]
    [InlineData("X25519MLKEM768", 1088, 32, true)]
    [InlineData("X25519Kyber768Draft00", 32, 1088, false)]
    [InlineData("SecP256r1MLKEM768", 65, 1088, false)]
    [InlineData("SecP384r1MLKEM1024", 97, 1568, false)]
    public void KeyShares_HybridWhoseCurveComesAgain_ShowsThatPart(string group, int first, int second, bool isCurveLast)
    {
        byte[] curve = RandomNumberGenerator.GetBytes(isCurveLast ? second : first);
        var tally = new FlightTally();
        for (var time = 0; time < 2; time++)
        {
            var encapsulated = RandomNumberGenerator.GetBytes(isCurveLast ? first : second);
            tally.Add(RecordedFlights.Hello, Flight(group, isCurveLast ? [.. encapsulated, .. curve] : [.. curve, .. encapsulated]));
        }

        Assert.Empty(Assert.Single(tally.KeyShares, shares => shares.Group == group).Repeated);
        var part = Assert.Single(tally.KeyShares, shares => shares.Group.StartsWith(group + ", its ", StringComparison.Ordinal));
        Assert.Equal(2, Assert.Single(part.Repeated).Times);
    }

    [Fact]
    public void KeyShares_HybridWithoutRoomForACurve_IsOneShare()
    {
        var tally = new FlightTally();
        tally.Add(RecordedFlights.Hello, Flight("X25519MLKEM768", new byte[32]));

        Assert.Single(tally.KeyShares);
    }

    [Fact]
    public async Task KeyShares_RetryRequest_IsNoShare()
    {
        var tally = new FlightTally();
        tally.Add(RecordedFlights.Hello, await ReadAsync("tls13-retry"));

        Assert.Empty(tally.KeyShares);
    }

    [Fact]
    public async Task DhParameters_Flight_AreKeptOnce()
    {
        var tally = new FlightTally();
        tally.Add(RecordedFlights.Hello, await ReadAsync("tls12-dhe-rsa"));
        tally.Add(RecordedFlights.Hello, await ReadAsync("tls12-dhe-rsa"));

        var parameters = Assert.Single(tally.DhParameters);
        Assert.Equal((2048, "02", false), (parameters.Bits, parameters.Generator, parameters.IsExport));
    }

    [Theory]
    [InlineData("tls10-ecdhe-rsa", "rsa_pkcs1_md5_sha1")]
    [InlineData("tls11-ecdhe-ecdsa", "ecdsa_sha1")]
    [InlineData("tls12-ecdhe-ecdsa", "ecdsa_secp256r1_sha256")]
    [InlineData("tls12-ecdhe-rsa-stapled", "rsa_pss_rsae_sha256")]
    [InlineData("tls12-dhe-rsa", "rsa_pss_rsae_sha256")]
    public async Task Signatures_RecordedFlight_HoldForItsRandomAlone(string name, string scheme)
    {
        var tally = new FlightTally();
        var flight = await ReadAsync(name);
        tally.Add(RecordedFlights.Hello, flight);
        tally.Add(RecordedFlights.Hello with { Random = new byte[32] }, flight);

        var signatures = Assert.Single(tally.Signatures);
        Assert.Equal((scheme, 1, 1), (signatures.Scheme, signatures.Verified, signatures.Broken));
    }

    [Fact]
    public async Task Extensions_Flights_AreCollected()
    {
        var tally = new FlightTally();
        tally.Add(RecordedFlights.Hello, await ReadAsync("tls13"));

        Assert.Equal([43, 51], tally.Extensions);
    }

    private static Task<ServerFlight> ReadAsync(string name) => RecordedFlights.ProbeAsync(new ScriptedStream(RecordedFlights.Read(name)));

    private static ServerFlight Flight(string group, byte[] share) => new()
    {
        Ending = FlightEnding.Complete,
        Hello = ServerHello.Parse(WireWriter.Build(body =>
        {
            body.UInt16((ushort)TlsVersion.Tls12).Bytes(RandomNumberGenerator.GetBytes(32)).Vector8([]).UInt16(0x1301).UInt8(0);
            HelloExtension.WriteAll(body,
            [
                new HelloExtension(ExtensionType.SupportedVersions, [3, 4]),
                new HelloExtension(ExtensionType.KeyShare,
                    WireWriter.Build(data => data.UInt16(NamedGroups.Find(group)!.Code).Vector16(share))),
            ]);
        })),
    };
}
