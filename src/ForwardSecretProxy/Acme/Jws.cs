using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Acme;

/// <summary>Signed messages in the flattened JSON form (RFC 7515 section 7.2.2), as RFC 8555 section 6.2 has them.</summary>
internal static class Jws
{
    /// <summary>Signs with an account's key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="account">The account's URL; null for a message that carries the key itself.</param>
    /// <param name="nonce">From the authority, for this message alone.</param>
    /// <param name="url">Where it goes.</param>
    /// <param name="payload">JSON, or nothing for a POST-as-GET (section 6.3).</param>
    /// <param name="cancellationToken">Ends the wait for a token session.</param>
    public static async Task<byte[]> SignAsync(
        AccountKey key, Uri? account, string nonce, Uri url, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var header = account is null
            ? $$"""{"alg":"{{key.Algorithm}}","jwk":{{key.Jwk}},"nonce":{{Quote(nonce)}},"url":{{Quote(url.AbsoluteUri)}}}"""
            : $$"""{"alg":"{{key.Algorithm}}","kid":{{Quote(account.AbsoluteUri)}},"nonce":{{Quote(nonce)}},"url":{{Quote(url.AbsoluteUri)}}}""";
        var input = SigningInput(header, payload.Span);
        return Flatten(input, await key.SignAsync(Encoding.ASCII.GetBytes(input), cancellationToken));
    }

    /// <summary>Says in the name of an account that was made by other means that <paramref name="key"/> belongs to it (section 7.3.4).</summary>
    /// <exception cref="AcmeException">The account's secret cannot be read.</exception>
    public static byte[] Bind(ExternalAccountOptions external, AccountKey key, Uri newAccount)
    {
        var header = $$"""{"alg":"HS256","kid":{{Quote(external.KeyId)}},"url":{{Quote(newAccount.AbsoluteUri)}}}""";
        var input = SigningInput(header, Encoding.ASCII.GetBytes(key.Jwk));
        var secret = SecretFile.Read(external.KeyFile, "an external account's key (base64url)",
            static text => Base64Url.DecodeFromChars(text.TrimEnd('=')));
        try
        {
            return Flatten(input, HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(input)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static string SigningInput(string header, ReadOnlySpan<byte> payload) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(payload);

    private static byte[] Flatten(string input, byte[] signature)
    {
        var parts = input.Split('.');
        return Encoding.ASCII.GetBytes(
            $$"""{"protected":"{{parts[0]}}","payload":"{{parts[1]}}","signature":"{{Base64Url.EncodeToString(signature)}}"}""");
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
