using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>A configuration file made into a server, or into the reasons why not. Owns the server and its tokens.</summary>
internal sealed class ServerStart : IDisposable
{
    private readonly ISignerSource _signers;

    private ServerStart(ISignerSource signers, PreparedServer? server, IReadOnlyList<ConfigurationProblem> problems)
    {
        _signers = signers;
        Server = server;
        Problems = problems;
    }

    /// <summary>The server; null when there is an error among the problems.</summary>
    public PreparedServer? Server { get; }

    /// <summary>Errors and warnings.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }

    /// <summary>Reads <paramref name="file"/> and prepares what it describes.</summary>
    public static async Task<ServerStart> PrepareAsync(
        FileInfo file, PreparationScope scope, CancellationToken cancellationToken)
    {
        var loaded = ConfigurationLoader.Load(file);
        var signers = TokenSigners.Open(loaded.Options?.Tokens ?? [], loaded.Context);
        try
        {
            var server = await ServerPreparation.PrepareAsync(loaded, signers, scope, cancellationToken);
            return new ServerStart(signers, server, loaded.Context.Problems);
        }
        catch
        {
            signers.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Server?.Dispose();
        _signers.Dispose();
    }
}
