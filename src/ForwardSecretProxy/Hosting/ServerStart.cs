using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signers;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Hosting;

/// <summary>A configuration file made into a server, or into the reasons why not. Owns the server and its sockets.</summary>
internal sealed class ServerStart : IDisposable
{
    private ServerStart(FileInfo file, PreparationScope scope, SigningMetrics metrics)
    {
        Signers = new SignerSources(file, metrics);
        File = file;
        Scope = scope;
        Metrics = metrics;
    }

    /// <summary>The configuration file.</summary>
    public FileInfo File { get; }

    /// <summary>What was prepared.</summary>
    public PreparationScope Scope { get; }

    /// <summary>Opens the tokens, now and after a reload.</summary>
    public SignerSources Signers { get; }

    /// <summary>What the tokens are measured with.</summary>
    public SigningMetrics Metrics { get; }

    /// <summary>The server; null when there is an error among the problems.</summary>
    public PreparedServer? Server { get; private set; }

    /// <summary>Errors and warnings.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; private set; } = [];

    /// <summary>Reads <paramref name="file"/> and prepares what it describes.</summary>
    public static async Task<ServerStart> PrepareAsync(
        FileInfo file, PreparationScope scope, CancellationToken cancellationToken)
    {
        var start = new ServerStart(file, scope, new SigningMetrics());
        try
        {
            var loaded = ConfigurationLoader.Load(file);
            var signers = start.Signers.Open(loaded, isReload: false);
            start.Server = await ServerPreparation.PrepareAsync(loaded, signers, scope, cancellationToken);
            start.Problems = loaded.Context.Problems;
            return start;
        }
        catch
        {
            start.Dispose();
            throw;
        }
    }

    /// <summary>Makes <paramref name="next"/> the server; the one before lives until its connections have ended.</summary>
    public void Replace(PreparedServer next, IReadOnlyList<ConfigurationProblem> problems)
    {
        var before = Server!;
        Server = next;
        Problems = problems;
        before.Retire(next);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Server?.Dispose();
        Scope.Sockets?.Dispose();
        Metrics.Dispose();
    }
}
