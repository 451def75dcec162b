using System.Buffers;
using ForwardSecretProxy.OpenSsl.Files;

namespace ForwardSecretProxy.Redirecting;

/// <summary>An ACME client's answers to http-01 challenges (RFC 8555 section 8.3): a folder with one small file for each token.</summary>
internal static class ChallengeFolder
{
    /// <summary>Where they are asked for; the token follows.</summary>
    public const string Path = "/.well-known/acme-challenge/";

    /// <summary>A token has at least 128 bits, and no authority's is nearly as long as this.</summary>
    private const int MaxTokenLength = 256;

    /// <summary>A token, a dot, and 43 characters for the account's key.</summary>
    private const int MaxFileLength = 1024;

    // "It MUST NOT contain any characters outside the base64url alphabet": no dot and no slash, so no way out of the folder.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Whether it is a challenge's token, and so can be a file's name here.</summary>
    public static bool IsToken(string token) =>
        token.Length is > 0 and <= MaxTokenLength && !token.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>The answer for <paramref name="token"/>; null when there is none.</summary>
    public static byte[]? Read(string folder, string token) =>
        IsToken(token) ? RegularFile.TryRead(System.IO.Path.Join(folder, token), MaxFileLength) : null;
}
