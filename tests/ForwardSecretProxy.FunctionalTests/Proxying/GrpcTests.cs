using ForwardSecretProxy.FunctionalTests.Fixtures;
using Grpc.Core;
using Grpc.Net.Client;

namespace ForwardSecretProxy.FunctionalTests.Proxying;

/// <summary>A gRPC client and server of .NET's, with the proxy between them.</summary>
[Collection(RunningProxy.Name)]
public sealed class GrpcTests : IClassFixture<StreamingProxy>, IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private readonly GrpcChannel _channel;
    private readonly Numbers.NumbersClient _client;

    public GrpcTests(StreamingProxy proxy)
    {
        _channel = GrpcChannel.ForAddress(proxy.Url, new GrpcChannelOptions
        {
            HttpHandler = proxy.NewHandler(),
            DisposeHttpClient = true,
        });
        _client = new Numbers.NumbersClient(_channel);
    }

    public void Dispose()
    {
        _channel.Dispose();
        _limit.Dispose();
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task Unary_Call_IsAnswered(string way)
    {
        Assert.Equal(42, (await _client.NextAsync(new Number { Value = 41 }, Options(way))).Value);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task ClientStream_ManyMessages_AreSummedUp(string way)
    {
        using var call = _client.Sum(Options(way));
        for (var value = 1; value <= 1000; value++)
            await call.RequestStream.WriteAsync(new Number { Value = value });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(500_500, (await call).Value);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task ServerStream_ManyMessages_ArriveInOrder(string way)
    {
        using var call = _client.Count(new Number { Value = 10_000 }, Options(way));
        var expected = 1;
        await foreach (var number in call.ResponseStream.ReadAllAsync())
            Assert.Equal(expected++, number.Value);

        Assert.Equal(10_001, expected);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task BidirectionalStream_EachMessage_IsAnsweredBeforeTheNextIsSent(string way)
    {
        using var call = _client.Echo(Options(way));
        for (var value = 1; value <= 100; value++)
        {
            await call.RequestStream.WriteAsync(new Number { Value = value });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(value, call.ResponseStream.Current.Value);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task Error_Status_ArrivesWithItsTextAndTrailers(string way)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await _client.NextAsync(new Number { Value = -1 }, Options(way)));

        Assert.Equal(StatusCode.OutOfRange, error.StatusCode);
        Assert.Equal("it is negative", error.Status.Detail);
        Assert.Equal("sign", error.Trailers.GetValue(NumbersService.Trailer));
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task Deadline_ThatPasses_EndsTheCallAtTheServerToo(string way)
    {
        // With the connection made, it passes at the service and not on the way.
        await _client.NextAsync(new Number { Value = 1 }, Options(way));

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await _client.NextAsync(new Number(), Options(way, DateTime.UtcNow.AddSeconds(1))));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await NumbersService.Waiting.Reader.ReadAsync(_limit.Token);
        await NumbersService.Cancelled.Reader.ReadAsync(_limit.Token);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task Cancellation_ByTheClient_ReachesTheServer(string way)
    {
        using var cancellation = new CancellationTokenSource();
        using var call = _client.NextAsync(new Number(), Options(way, cancellation: cancellation.Token));
        await NumbersService.Waiting.Reader.ReadAsync(_limit.Token);

        await cancellation.CancelAsync();

        await NumbersService.Cancelled.Reader.ReadAsync(_limit.Token);
        Assert.Equal(
            StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    private static CallOptions Options(
        string way, DateTime? deadline = null, CancellationToken cancellation = default) =>
        new(new Metadata { { "x-way", way } }, deadline ?? DateTime.UtcNow.AddSeconds(30), cancellation);
}
