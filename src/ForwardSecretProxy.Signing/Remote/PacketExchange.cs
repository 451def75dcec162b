using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>One question and one answer in JSON, each in one packet.</summary>
public static class PacketExchange
{
    private const string Ended = "The signer ended when it was asked, or this process may not ask it (see SignerClients).";

    /// <summary>Answers a packet that is a question; 0 for what is none.</summary>
    public static int Answer<TQuestion, TAnswer>(
        ReadOnlySpan<byte> packet,
        Span<byte> answer,
        JsonTypeInfo<TQuestion> questionType,
        JsonTypeInfo<TAnswer> answerType,
        Func<TQuestion, TAnswer> decide)
        where TQuestion : class
    {
        ArgumentNullException.ThrowIfNull(decide);
        if (!SignerProtocol.Is(packet, PacketKind.Ask)) return 0;
        try
        {
            if (JsonSerializer.Deserialize(packet[SignerProtocol.ExchangeHeader..], questionType) is not { } question) return 0;
            var told = JsonSerializer.SerializeToUtf8Bytes(decide(question), answerType);
            if (told.Length > answer.Length - SignerProtocol.ExchangeHeader) return 0;
            answer[0] = (byte)PacketKind.Told;
            answer[1] = SignerProtocol.Version;
            told.CopyTo(answer[SignerProtocol.ExchangeHeader..]);
            return SignerProtocol.ExchangeHeader + told.Length;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    /// <summary>Asks on a connected socket, within its time-outs. Blocks.</summary>
    /// <exception cref="TokenException">There is no answer, or none that is understood.</exception>
    public static TAnswer Ask<TQuestion, TAnswer>(
        Socket socket, TQuestion question, JsonTypeInfo<TQuestion> questionType, JsonTypeInfo<TAnswer> answerType)
    {
        ArgumentNullException.ThrowIfNull(socket);
        try
        {
            socket.Send([(byte)PacketKind.Ask, SignerProtocol.Version, .. JsonSerializer.SerializeToUtf8Bytes(question, questionType)]);
            var packet = new byte[SignerProtocol.MaxPacket];
            var length = socket.Receive(packet);
            if (SignerProtocol.Is(packet.AsSpan(0, length), PacketKind.Told)
                && JsonSerializer.Deserialize(packet.AsSpan(SignerProtocol.ExchangeHeader, length - SignerProtocol.ExchangeHeader), answerType) is { } answer)
                return answer;
            throw new SignerLostException(length == 0 ? Ended : "What answers is no signer of this version.");
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            throw new SignerLostException(Ended);
        }
        catch (SocketException exception)
        {
            throw new SignerLostException($"The signer does not answer: {exception.Message}.");
        }
        catch (JsonException)
        {
            throw new SignerLostException("What answers is no signer of this version.");
        }
    }
}
