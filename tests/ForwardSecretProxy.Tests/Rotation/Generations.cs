using System.Security.Cryptography;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Tests.Rotation;

/// <summary>Keys of one label as a token lists them.</summary>
internal static class Generations
{
    public const string Label = "web";

    public static readonly DateTimeOffset Now = Certificates.TestAuthority.Now;

    /// <summary>A key on P-256 that is new each time.</summary>
    public static TokenKeyInfo Make(string id)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Of(key, id);
    }

    public static TokenKeyInfo Of(AsymmetricAlgorithm key, string id) => new(
        Label, id, SubjectPublicKey.Parse(key.ExportSubjectPublicKeyInfo()), null, Pkcs11Uri.For("fsp", Label, id));
}
