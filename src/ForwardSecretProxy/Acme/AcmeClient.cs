using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Acme;

/// <summary>One account's conversation with its authority (RFC 8555). Not thread-safe: a nonce follows from the answer before.</summary>
/// <param name="transport">Carries the messages.</param>
/// <param name="directory">Where the authority's resources are.</param>
/// <param name="key">The account's key.</param>
/// <param name="time">The clock.</param>
internal sealed class AcmeClient(AcmeTransport transport, AcmeDirectory directory, AccountKey key, TimeProvider time)
{
    // A nonce that is refused is an everyday matter (section 6.5); so many in a row are not.
    private const int MaxNonces = 10;

    /// <summary>How long one name or one order may take the authority.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private string? _nonce;
    private Uri? _account;

    /// <summary>The account's key.</summary>
    public AccountKey Key => key;

    /// <summary>Finds the account of the key, or makes it (section 7.3).</summary>
    /// <exception cref="AcmeException">The authority refused, or something is missing that it asks for.</exception>
    public async Task RegisterAsync(AcmeAccountOptions options, CancellationToken cancellationToken)
    {
        if (directory.Meta?.TermsOfService is { } terms && !options.AcceptTerms)
        {
            throw new AcmeException($"nobody has agreed to the authority's terms of service, {AcmeText.Clean(terms, 300)}. Read them, "
                + $"and set \"AcceptTerms\": true in Acme:{options.Name}");
        }

        if (directory.Meta?.ExternalAccountRequired == true && options.ExternalAccount is null)
        {
            throw new AcmeException("the authority asks for an account that was made by other means: set KeyId and KeyFile in "
                + $"Acme:{options.Name}:ExternalAccount to what it gave you for that");
        }

        var response = await PostAsync(directory.NewAccount, new
        {
            TermsOfServiceAgreed = options.AcceptTerms,
            Contact = options.Contact.Count == 0 ? null : options.Contact,
            ExternalAccountBinding = options.ExternalAccount is { } external
                ? JsonSerializer.Deserialize<JsonElement>(Jws.Bind(external, key, directory.NewAccount))
                : (JsonElement?)null,
        }, cancellationToken);
        _account = response.Location ?? throw new AcmeException("the authority does not say where the account is");
    }

    /// <summary>Orders a certificate (section 7.4).</summary>
    /// <param name="names">Host names.</param>
    /// <param name="replaces">The certificate that it replaces, by its id (RFC 9773 section 5); null for none.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The order, and where it is.</returns>
    public async Task<(AcmeOrder Order, Uri Location)> OrderAsync(
        IReadOnlyList<string> names, string? replaces, CancellationToken cancellationToken)
    {
        var order = new
        {
            Identifiers = names.Select(name => new AcmeIdentifier("dns", name)).ToList(),
            Replaces = directory.RenewalInfo is null ? null : replaces,
        };
        AcmeResponse response;
        try
        {
            response = await PostAsync(directory.NewOrder, order, cancellationToken);
        }
        catch (AcmeException exception) when (order.Replaces is not null && exception.Problem?.Name == AcmeProblem.AlreadyReplaced)
        {
            // By a try that broke off, or from another machine: this order is one like any other.
            response = await PostAsync(directory.NewOrder, order with { Replaces = null }, cancellationToken);
        }

        return (response.Read<AcmeOrder>(),
            response.Location ?? throw new AcmeException("the authority does not say where the order is"));
    }

    /// <summary>Reads what has to be shown for a name.</summary>
    public async Task<AcmeAuthorization> AuthorizationAsync(Uri location, CancellationToken cancellationToken) =>
        (await PostAsync(location, null, cancellationToken)).Read<AcmeAuthorization>();

    /// <summary>Says that the answer to a challenge is in its place (section 7.5.1), and waits until the authority has seen it.</summary>
    public async Task<AcmeAuthorization> ValidateAsync(Uri authorization, Uri challenge, CancellationToken cancellationToken)
    {
        await PostAsync(challenge, new { }, cancellationToken);
        return await PollAsync<AcmeAuthorization>(authorization, each => each.Status != "pending", cancellationToken);
    }

    /// <summary>Sends the request for an order whose names have been shown (section 7.4), and fetches the chain.</summary>
    /// <param name="order">Where the order is.</param>
    /// <param name="request">PKCS #10 in DER.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The chain in PEM.</returns>
    public async Task<byte[]> FinalizeAsync(Uri order, byte[] request, CancellationToken cancellationToken)
    {
        var ready = await PollAsync<AcmeOrder>(order, each => each.Status != "pending", cancellationToken);
        if (ready.Status == "ready")
        {
            await PostAsync(ready.Finalize, new { Csr = Base64Url.EncodeToString(request) }, cancellationToken);
            ready = await PollAsync<AcmeOrder>(order, each => each.Status is not ("ready" or "processing"), cancellationToken);
        }

        return ready is { Status: "valid", Certificate: { } certificate }
            ? (await PostAsync(certificate, null, cancellationToken)).Body
            : throw new AcmeException($"the order came to nothing: {ready.Error?.ToString() ?? AcmeText.Clean(ready.Status, 50)}", ready.Error);
    }

    private async Task<T> PollAsync<T>(Uri location, Func<T, bool> isDone, CancellationToken cancellationToken)
        where T : class
    {
        var started = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            var response = await PostAsync(location, null, cancellationToken);
            var read = response.Read<T>();
            if (isDone(read)) return read;
            if (time.GetElapsedTime(started) > Patience)
                throw new AcmeException(string.Create(CultureInfo.InvariantCulture, $"the authority had not decided after {Patience.TotalMinutes} minutes"));
            var wish = response.RetryAfter is { } after && after > TimeSpan.Zero ? after : pause;
            await Task.Delay(wish < LongestPause ? wish : LongestPause, time, cancellationToken);
            pause *= 2;
        }
    }

    /// <summary>Sends a message, again with another nonce where that is all that is wrong.</summary>
    private async Task<AcmeResponse> PostAsync(Uri url, object? payload, CancellationToken cancellationToken)
    {
        var body = payload is null ? [] : JsonSerializer.SerializeToUtf8Bytes(payload, AcmeMessages.Json);
        for (var tries = 1; ; tries++)
        {
            var nonce = _nonce ?? await FetchNonceAsync(cancellationToken);
            _nonce = null;
            var response = await transport.PostAsync(
                url, await Jws.SignAsync(key, _account, nonce, url, body, cancellationToken), cancellationToken);
            _nonce = response.Nonce;
            if (response.IsSuccess) return response;
            var refusal = response.ToException();
            if (refusal.Problem?.Name != AcmeProblem.BadNonce || response.Status != HttpStatusCode.BadRequest || tries == MaxNonces)
                throw refusal;
        }
    }

    private async Task<string> FetchNonceAsync(CancellationToken cancellationToken)
    {
        var response = await transport.HeadAsync(directory.NewNonce, cancellationToken);
        return response.Nonce
            ?? throw (response.IsSuccess ? new AcmeException("the authority gives no nonce where it should") : response.ToException());
    }
}
