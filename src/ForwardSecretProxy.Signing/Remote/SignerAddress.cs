using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// Where a signer listens: the path of a socket file, or with a leading <c>@</c> a name in the kernel's abstract
/// namespace (unix(7)), which leaves no file behind.
/// </summary>
/// <param name="Name">The path or name.</param>
public sealed record SignerAddress(string Name)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether it is no file.</summary>
    public bool IsAbstract => Name.StartsWith('@');

    internal UnixDomainSocketEndPoint EndPoint => new(IsAbstract ? "\0" + Name[1..] : Name);

    /// <summary>The socket of one of the signer's tokens.</summary>
    public SignerAddress Of(int token) => new(FormattableString.Invariant($"{Name}.{token}"));

    /// <summary>Asks once who listens there. Blocks.</summary>
    /// <param name="patience">How long one that is not there yet is waited for.</param>
    /// <param name="timeout">How long the answer is waited for.</param>
    /// <param name="question">The question.</param>
    /// <param name="questionType">How it is written.</param>
    /// <param name="answerType">How the answer is read.</param>
    /// <exception cref="TokenException">There is no answer.</exception>
    public TAnswer Ask<TQuestion, TAnswer>(
        TimeSpan patience, TimeSpan timeout, TQuestion question, JsonTypeInfo<TQuestion> questionType, JsonTypeInfo<TAnswer> answerType)
    {
        using var socket = Connect(patience);
        socket.ReceiveTimeout = socket.SendTimeout = (int)timeout.TotalMilliseconds;
        return PacketExchange.Ask(socket, question, questionType, answerType);
    }

    /// <summary>Connects, and returns when the other side has ended.</summary>
    public async Task WaitForEndAsync()
    {
        using var socket = NewSocket();
        try
        {
            await socket.ConnectAsync(EndPoint);
            while (await socket.ReceiveAsync(new byte[1], SocketFlags.None) > 0)
            {
                // It says nothing unasked.
            }
        }
        catch (SocketException)
        {
            // It has ended.
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Connects; one that is not there yet is waited for. Blocks.</summary>
    /// <exception cref="SignerLostException">Nobody listens.</exception>
    internal Socket Connect(TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var socket = NewSocket();
            try
            {
                socket.Connect(EndPoint);
                return socket;
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                if (Stopwatch.GetElapsedTime(started) >= patience)
                    throw new SignerLostException($"There is no signer at {this} ({exception.SocketErrorCode}).");
            }

            Thread.Sleep(RetryPause);
        }
    }

    internal static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
}
