using System.Text.Json.Serialization;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>What a signer is asked in an exchange: about its token, or for a key when <paramref name="Key"/> is given.</summary>
/// <param name="Key">The key's RFC 7512 URI, without a query.</param>
/// <param name="PublicKey">The certificate's public key (DER), which must be the key's; null for none.</param>
/// <param name="Uses">Whether to tell what was done with each key.</param>
internal sealed record SignerQuestion(string? Key, byte[]? PublicKey, bool Uses = false);

/// <summary>What it answers.</summary>
internal sealed record SignerAnswer
{
    /// <summary>The token; null when something failed.</summary>
    public TokenState? Token { get; init; }

    /// <summary>The key that was asked for and passed the gate.</summary>
    public OfferedKey? Key { get; init; }

    /// <summary>What was done with each key; null when that was not asked.</summary>
    public IReadOnlyList<KeyUse>? Uses { get; init; }

    /// <summary>What failed.</summary>
    public SignerFailure? Failure { get; init; }
}

/// <summary>A token as its signer sees it.</summary>
/// <param name="Info">What it says about itself.</param>
/// <param name="Sessions">The most signatures at once.</param>
/// <param name="CallTimeoutMs">How long one call into its module may take, in milliseconds.</param>
/// <param name="Problem">Why it signs nothing now; null when it does.</param>
internal sealed record TokenState(TokenInfo Info, int Sessions, long CallTimeoutMs, string? Problem);

/// <summary>What a signer has done with one key since it started.</summary>
/// <param name="Key">Its URI.</param>
/// <param name="Signatures">Signatures made.</param>
/// <param name="Refused">Blocks that no TLS server signs.</param>
/// <param name="Limited">Signatures not made because there were too many in that second.</param>
/// <param name="Failed">Signatures that the token did not make.</param>
public sealed record KeyUse(string Key, long Signatures, long Refused, long Limited, long Failed);

/// <summary>A key that passed the gate.</summary>
/// <param name="Handle">Its number in this life of the signer, in hexadecimal; random, so that it never names another one.</param>
/// <param name="PublicKey">Its public half (DER).</param>
/// <param name="Report">What the gate found.</param>
internal sealed record OfferedKey(string Handle, byte[] PublicKey, KeyGateReport Report);

/// <summary>Why there is no key, as the exception that it was.</summary>
/// <param name="Message">In an operator's words.</param>
/// <param name="ReturnCode">The token's CKR value; zero for none.</param>
/// <param name="IsSigning">Whether it was a <see cref="SigningException"/>.</param>
/// <param name="Report">The gate's findings when it refused the key.</param>
internal sealed record SignerFailure(string Message, uint ReturnCode, bool IsSigning, KeyGateReport? Report)
{
    /// <summary>Of an exception.</summary>
    public static SignerFailure Of(Exception exception) => exception switch
    {
        KeyRefusedException refused => new("", 0, false, refused.Report),
        TokenException token => new(token.Message, token.ReturnCode, false, null),
        _ => new(exception.Message, 0, true, null),
    };

    /// <summary>The exception it was.</summary>
    public Exception ToException() => Report is not null ? new KeyRefusedException(Report)
        : IsSigning ? new SigningException(Message)
        : new TokenException(Message, ReturnCode);
}

[JsonSerializable(typeof(SignerQuestion))]
[JsonSerializable(typeof(SignerAnswer))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 8)]
internal sealed partial class SignerJson : JsonSerializerContext;
