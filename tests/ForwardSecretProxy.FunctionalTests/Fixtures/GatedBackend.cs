using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A web service that answers <c>/gate</c> in two halves, the second one when the test lets it, and everything else at
/// once with its name.
/// </summary>
internal sealed class GatedBackend : IAsyncDisposable
{
    /// <summary>The first half of the answer.</summary>
    public const string FirstHalf = "first half, ";

    /// <summary>The second.</summary>
    public const string SecondHalf = "second half";

    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _application;

    private GatedBackend()
    {
    }

    /// <summary>Where it is.</summary>
    public string Url { get; } = $"http://127.0.0.1:{FreePort.Next()}";

    /// <summary>Completed when a request stands at the gate and its first half is on its way.</summary>
    public Task Entered => _entered.Task.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Starts it.</summary>
    public static async Task<GatedBackend> StartAsync(string name = "backend")
    {
        var backend = new GatedBackend();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(backend.Url);
        var application = backend._application = builder.Build();
        application.Map("/gate", backend.AnswerInHalvesAsync);
        application.MapFallback(context => context.Response.WriteAsync(name));
        await application.StartAsync();
        return backend;
    }

    /// <summary>Lets the second half go.</summary>
    public void Open() => _opened.TrySetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Open();
        await _application!.DisposeAsync();
    }

    private async Task AnswerInHalvesAsync(HttpContext context)
    {
        await context.Response.WriteAsync(FirstHalf);
        await context.Response.Body.FlushAsync();
        _entered.TrySetResult();
        await _opened.Task.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync(SecondHalf);
    }
}
