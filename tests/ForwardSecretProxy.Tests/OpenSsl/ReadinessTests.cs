using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Tests.OpenSsl;

public class ReadinessTests
{
    [Fact]
    public void WaitAsync_EdgeCameBefore_CompletesAtOnceAndOnce()
    {
        var readiness = new Readiness();
        readiness.Signal();
        readiness.Signal();

        Assert.True(readiness.WaitAsync().AsTask().IsCompleted);
        Assert.False(readiness.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task WaitAsync_EdgeComesLater_Completes()
    {
        var readiness = new Readiness();
        var waiting = readiness.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);

        readiness.Signal();

        await waiting;
    }

    [Fact]
    public async Task Close_ReleasesTheWaiterAndEveryLaterOne()
    {
        var readiness = new Readiness();
        var waiting = readiness.WaitAsync().AsTask();

        readiness.Close();

        await waiting;
        Assert.True(readiness.WaitAsync().AsTask().IsCompleted);
        Assert.True(readiness.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task WaitAsync_SecondWaiter_IsAnErrorAndTheFirstGoesOn()
    {
        var readiness = new Readiness();
        var first = readiness.WaitAsync().AsTask();

        Assert.Throws<InvalidOperationException>(() => { _ = readiness.WaitAsync().AsTask(); });

        readiness.Signal();
        await first.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Signal_Inline_GoesOnOnTheSameThread()
    {
        var readiness = new Readiness();
        var threads = new List<int>();
        var waiting = WaitAsync();

        readiness.Signal(inline: true);

        Assert.Equal([Environment.CurrentManagedThreadId], threads);
        await waiting;

        async Task WaitAsync()
        {
            await readiness.WaitAsync().ConfigureAwait(false);
            threads.Add(Environment.CurrentManagedThreadId);
        }
    }

    [Fact]
    public async Task WaitAsync_EdgesFromAnotherThread_AreNeverLost()
    {
        // A counter stands for the kernel's buffer: it grows before each edge, and the reader waits only when it has
        // read everything. A lost edge would leave the reader waiting for ever.
        const int total = 200_000;
        var readiness = new Readiness();
        var available = 0;
        var writer = Task.Run(() =>
        {
            for (var i = 0; i < total; i++)
            {
                Interlocked.Increment(ref available);
                readiness.Signal();
            }
        });

        var read = 0;
        while (read < total)
        {
            read += Interlocked.Exchange(ref available, 0);
            if (read < total) await readiness.WaitAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        }

        await writer;
        Assert.Equal(total, read);
    }
}
