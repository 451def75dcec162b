using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Bench;

/// <summary>A server on loopback that does with each connection what a test says, good or bad.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private static readonly X509Certificate2 Certificate = CreateCertificate();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Socket, CancellationToken, Task> _script;
    private readonly Task _accepting;
    private readonly SemaphoreSlim _arrivals = new(0);

    public ScriptedServer(Func<Socket, CancellationToken, Task> script)
    {
        _script = script;
        _listener.Start(backlog: 512);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Waits until so many more connections have come.</summary>
    public async Task WaitForArrivalsAsync(int count)
    {
        for (var i = 0; i < count; i++)
            Assert.True(await _arrivals.WaitAsync(TimeSpan.FromSeconds(30)), $"only {i} connections came");
    }

    /// <summary>Takes a connection into TLS.</summary>
    public static async Task<SslStream> StartTlsAsync(Socket socket, CancellationToken stop)
    {
        var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, stop);
        return tls;
    }

    /// <summary>A handshake, an orderly end.</summary>
    public static async Task ShakeHandsAsync(Socket socket, CancellationToken stop)
    {
        await using var tls = await StartTlsAsync(socket, stop);
        Assert.Equal(0, await tls.ReadAsync(new byte[1], stop));
        await tls.ShutdownAsync();
    }

    /// <summary>Says something in plain.</summary>
    public static Task SayAsync(Socket socket, string text, CancellationToken stop) =>
        socket.SendAsync(Encoding.ASCII.GetBytes(text), stop).AsTask();

    /// <summary>Hears a line in plain.</summary>
    public static async Task<string> HearAsync(Socket socket, CancellationToken stop)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await socket.ReceiveAsync(one, stop) > 0 && one[0] != '\n')
            line.Append((char)one[0]);
        return line.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        // It accepts until it has noticed, which a listener that has stopped already would take for a mistake.
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                _arrivals.Release();
                connections.Add(ServeAsync(socket));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await _script(socket, _stop.Token);
            }
            catch (Exception exception) when (
                exception is IOException or SocketException or OperationCanceledException
                    or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, which is what it says in its report.
            }
        }
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=scripted", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
