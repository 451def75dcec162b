using System.Threading.Channels;
using Grpc.Core;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The gRPC service behind the proxy.</summary>
internal sealed class NumbersService : Numbers.NumbersBase
{
    /// <summary>A trailer of failed calls.</summary>
    public const string Trailer = "x-reason";

    /// <summary>One entry for each call that never ends.</summary>
    public static Channel<string> Waiting { get; } = Channel.CreateUnbounded<string>();

    /// <summary>One entry for each of those that was given up by its client.</summary>
    public static Channel<string> Cancelled { get; } = Channel.CreateUnbounded<string>();

    public override async Task<Number> Next(Number request, ServerCallContext context)
    {
        if (request.Value < 0)
            throw new RpcException(new Status(StatusCode.OutOfRange, "it is negative"), new Metadata { { Trailer, "sign" } });
        if (request.Value == 0)
            await WaitForTheEndAsync(context);
        return new Number { Value = request.Value + 1 };
    }

    public override async Task<Number> Sum(IAsyncStreamReader<Number> requestStream, ServerCallContext context)
    {
        var sum = 0L;
        await foreach (var number in requestStream.ReadAllAsync(context.CancellationToken))
            sum += number.Value;
        return new Number { Value = sum };
    }

    public override async Task Count(Number request, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        for (var value = 1; value <= request.Value; value++)
            await responseStream.WriteAsync(new Number { Value = value }, context.CancellationToken);
    }

    public override async Task Echo(
        IAsyncStreamReader<Number> requestStream, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        await foreach (var number in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(number, context.CancellationToken);
    }

    private static async Task WaitForTheEndAsync(ServerCallContext context)
    {
        Waiting.Writer.TryWrite(context.Method);
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            Cancelled.Writer.TryWrite(context.Method);
            throw;
        }
    }
}
