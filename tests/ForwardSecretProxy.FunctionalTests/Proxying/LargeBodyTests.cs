using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using Xunit.Abstractions;

namespace ForwardSecretProxy.FunctionalTests.Proxying;

/// <summary>Bodies far larger than the memory that the proxy may use for them.</summary>
[Collection(Undisturbed.Name)]
public sealed class LargeBodyTests(StreamingProxy proxy, ITestOutputHelper output) : IClassFixture<StreamingProxy>, IDisposable
{
    private const long Megabyte = 1024 * 1024;
    private const long MemoryBound = 64 * Megabyte;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("--http1.1", "h1", 512)]
    [InlineData("--http2", "h1", 512)]
    // More than 31 bits count, and HTTP/2's window is refilled as often, on both sides.
    [InlineData("--http2", "h2c", 2048)]
    public async Task Upload_OfManyTimesTheBound_ArrivesWholeInBoundedMemory(string front, string way, int megabytes)
    {
        megabytes = FullRun.Number(megabytes, full: 2048);
        var (warmUp, _) = Sparse("small", 64 * Megabyte);
        await UploadAsync(warmUp, front, way);
        var before = proxy.Process.PeakResidentBytes();
        var (file, hash) = Sparse("large", megabytes * Megabyte);

        var watch = Stopwatch.StartNew();
        var answer = await UploadAsync(file, front, way);

        output.WriteLine($"{megabytes / watch.Elapsed.TotalSeconds:F0} MiB/s, {(proxy.Process.PeakResidentBytes() - before) / Megabyte} MiB");
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{megabytes * Megabyte} {hash}"), answer);
        Assert.True(proxy.Process.PeakResidentBytes() - before < MemoryBound);
    }

    [Theory]
    [InlineData("1.1", "h1")]
    [InlineData("2.0", "h1")]
    [InlineData("1.1", "h2c")]
    [InlineData("2.0", "h2")]
    public async Task Download_ByAReaderThatPauses_WaitsAtTheServiceAndThenArrivesWhole(string version, string way)
    {
        const long length = 400 * Megabyte;
        using var invoker = new HttpMessageInvoker(proxy.NewHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{proxy.Url}/{way}/download/{length}")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var (before, sentBefore) = (proxy.Process.PeakResidentBytes(), proxy.Backend.Sent);

        using var response = await invoker.SendAsync(request, CancellationToken.None);
        await WaitUntilNothingIsSentAsync();

        Assert.InRange(proxy.Backend.Sent - sentBefore, 1, MemoryBound);
        Assert.True(proxy.Process.PeakResidentBytes() - before < MemoryBound);
        Assert.Equal(length, await CountAsync(await response.Content.ReadAsStreamAsync()));
        Assert.True(proxy.Process.PeakResidentBytes() - before < MemoryBound);
    }

    private async Task<string> UploadAsync(string file, string front, string way)
    {
        var result = await Curl.GetAsync(proxy.Port, $"/{way}/upload",
            "--cacert", proxy.Proxy.RootPath, front, "--max-time", "100", "-X", "POST", "-T", file);
        Assert.True(result.ExitCode == 0, result.Text);
        return result.Output;
    }

    /// <summary>A file of <paramref name="length"/> with a number at the start of each megabyte, and its hash.</summary>
    private (string Path, string Hash) Sparse(string name, long length)
    {
        var path = _directory.File(name);
        using var file = new FileStream(path, FileMode.Create);
        file.SetLength(length);
        for (var position = 0L; position < length; position += Megabyte)
        {
            file.Position = position;
            file.Write(BitConverter.GetBytes(position + 1));
        }

        file.Position = 0;
        return (path, Convert.ToHexString(SHA256.HashData(file)));
    }

    /// <summary>There is nothing to wait for but that nothing happens: for a second, in steps.</summary>
    private async Task WaitUntilNothingIsSentAsync()
    {
        for (var (quiet, last) = (0, -1L); quiet < 10; await Task.Delay(100))
        {
            quiet = proxy.Backend.Sent == last ? quiet + 1 : 0;
            last = proxy.Backend.Sent;
        }
    }

    private static async Task<long> CountAsync(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        var length = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
            length += read;
        return length;
    }
}
