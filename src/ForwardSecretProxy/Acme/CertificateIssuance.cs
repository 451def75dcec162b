using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Acme;

/// <summary>From an order to a chain: shows the authority each name, has the key on the token sign a request, and looks at what comes.</summary>
/// <param name="client">The account.</param>
/// <param name="order">What is wanted.</param>
/// <param name="folders">Where listeners look for answers to its challenge.</param>
/// <param name="time">The clock.</param>
internal sealed class CertificateIssuance(AcmeClient client, AcmeOrderOptions order, IReadOnlyList<string> folders, TimeProvider time)
{
    /// <summary>Gets a chain for <paramref name="signer"/>'s key.</summary>
    /// <param name="signer">The certificate's key, which stays where it is.</param>
    /// <param name="replaces">The id of the certificate before; null for none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="AcmeException">The authority refused, or what it sent is not what was ordered.</exception>
    /// <exception cref="SigningException">The token did not sign.</exception>
    public async Task<CertificateChain> RunAsync(ISigner signer, string? replaces, CancellationToken cancellationToken)
    {
        // Section 11.1: whoever can have messages signed with an account's key must not get a certificate for it.
        if (signer.SubjectPublicKeyInfo.Span.SequenceEqual(client.Key.SubjectPublicKeyInfo.Span))
            throw new AcmeException("the certificate's key is the account's own: let AccountKey be another, fsp key generate makes one");
        var (pending, location) = await client.OrderAsync(order.Names, replaces, cancellationToken);
        foreach (var authorization in pending.Authorizations)
            await AuthorizeAsync(authorization, cancellationToken);
        var pem = await TokenCertificateFactory.CreateRequestAsync(
            signer, new X500DistinguishedName(""), CertificateNames.Parse([.. order.Names], []), cancellationToken);
        var request = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
        var chain = CertificateChain.Parse(await client.FinalizeAsync(location, request, cancellationToken), "what the authority sent");
        return order.Names.Except(chain.DnsNames).Any()
            ? throw new AcmeException($"the authority sent a certificate for {string.Join(", ", chain.DnsNames)}, which is not what was ordered")
            : chain;
    }

    private async Task AuthorizeAsync(Uri location, CancellationToken cancellationToken)
    {
        var authorization = await client.AuthorizationAsync(location, cancellationToken);
        var name = authorization.Identifier.Value;
        if (authorization.Identifier.Type != "dns" || !order.Names.Contains(name))
            throw new AcmeException($"the authority asks about {AcmeText.Clean(name, 100)}, which was not ordered");
        if (authorization.Status == "valid") return;
        if (authorization.Status != "pending") throw Refusal(name, authorization);

        var wanted = order.Challenge.Name();
        var challenge = authorization.Challenges.FirstOrDefault(each => each.Type == wanted)
            ?? throw new AcmeException($"the authority does not offer {wanted} for {name}, but "
                + AcmeText.Clean(string.Join(", ", authorization.Challenges.Select(each => each.Type)), 200));
        using var answer = ChallengeAnswer.Place(order.Challenge, name, challenge.Token, client.Key, folders, time.GetUtcNow());
        var decided = await client.ValidateAsync(location, challenge.Url, cancellationToken);
        if (decided.Status != "valid") throw Refusal(name, decided);
    }

    private AcmeException Refusal(string name, AcmeAuthorization authorization)
    {
        var problem = authorization.Challenges.Select(each => each.Error).FirstOrDefault(each => each is not null);
        return new AcmeException($"the authority could not see that {name} is ours, by {order.Challenge.Name()}: "
            + (problem?.ToString() ?? $"the authorization is {AcmeText.Clean(authorization.Status, 50)}"), problem);
    }
}
