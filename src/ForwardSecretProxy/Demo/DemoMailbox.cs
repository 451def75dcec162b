namespace ForwardSecretProxy.Demo;

/// <summary>The messages of the demonstration, the newest few of them.</summary>
internal sealed class DemoMailbox
{
    private const int Most = 50;

    private readonly Lock _lock = new();
    private readonly List<IReadOnlyList<string>> _messages = [];

    /// <summary>Those that are there now, oldest first; each as its lines.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Messages
    {
        get
        {
            lock (_lock) return [.. _messages];
        }
    }

    /// <summary>Adds one.</summary>
    public void Add(IReadOnlyList<string> message)
    {
        lock (_lock)
        {
            if (_messages.Count == Most) _messages.RemoveAt(0);
            _messages.Add(message);
        }
    }
}
