using System.Net;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Acme;

/// <summary>One entry of <c>Acme</c> while certificates are looked after: asked for no more than is needed.</summary>
/// <param name="options">The entry.</param>
/// <param name="transport">Carries messages to the authority; disposed with this.</param>
/// <param name="keys">Opens the account's key where it is on a token.</param>
/// <param name="time">The clock.</param>
internal sealed class Authority(AcmeAccountOptions options, AcmeTransport transport, KeyOpener keys, TimeProvider time) : IDisposable
{
    private AcmeDirectory? _directory;
    private AcmeClient? _client;
    private OpenKey? _key;

    /// <summary>The account, registered.</summary>
    /// <exception cref="AcmeException">There is none to be had.</exception>
    public async Task<AcmeClient> ClientAsync(CancellationToken cancellationToken)
    {
        if (_client is not null) return _client;
        var directory = await DirectoryAsync(cancellationToken);
        var client = new AcmeClient(transport, directory, await OpenKeyAsync(cancellationToken), time);
        await client.RegisterAsync(options, cancellationToken);
        return _client = client;
    }

    /// <summary>When the authority would have a certificate renewed (RFC 9773 section 4.2); null where it gives no such advice.</summary>
    /// <exception cref="AcmeException">It could not be asked.</exception>
    public async Task<RenewalAdvice?> AdviseAsync(ReadOnlyMemory<byte> certificate, CancellationToken cancellationToken)
    {
        var directory = await DirectoryAsync(cancellationToken);
        if (directory.RenewalInfo is null || RenewalId.Of(certificate) is not { } id) return null;
        var response = await transport.GetAsync(new Uri($"{directory.RenewalInfo.AbsoluteUri.TrimEnd('/')}/{id}"), cancellationToken);
        // Not one of its own, or not yet: the chain came from elsewhere, or just now.
        if (response.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest) return new RenewalAdvice(null, null);
        if (!response.IsSuccess) throw response.ToException();
        var window = response.Read<AcmeRenewalInfo>().SuggestedWindow;
        return new RenewalAdvice(window.IsSensible ? window : null, response.RetryAfter);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key?.Dispose();
        transport.Dispose();
    }

    private async Task<AcmeDirectory> DirectoryAsync(CancellationToken cancellationToken)
    {
        if (_directory is not null) return _directory;
        var response = await transport.GetAsync(options.Directory!, cancellationToken);
        if (!response.IsSuccess) throw response.ToException();
        return _directory = response.Read<AcmeDirectory>();
    }

    // Once: a registration that failed leaves it open for the next certificate of the account.
    private async Task<AccountKey> OpenKeyAsync(CancellationToken cancellationToken)
    {
        _key ??= options.IsKeyOnToken
            ? await keys(options.Key, $"Acme:{options.Name}:AccountKey", null, cancellationToken)
            : OpenFile(options.Key);
        return new AccountKey(_key.Signer);
    }

    private static OpenKey OpenFile(string path)
    {
        var signer = AccountKeyFile.Open(path);
        return new OpenKey(signer, signer);
    }
}
