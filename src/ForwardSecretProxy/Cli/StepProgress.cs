namespace ForwardSecretProxy.Cli;

/// <summary>Reports at once and in order, which .NET's own does not.</summary>
internal sealed class StepProgress<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}
