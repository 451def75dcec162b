using System.Text;
using ForwardSecretProxy.Signing.Keys;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>Finds keys on a token by what a URI says of them.</summary>
internal sealed class KeyFinder(Pkcs11Module module, TokenInfo token)
{
    /// <summary>
    /// The one private key that <paramref name="uri"/> names. A label that several generations of a key have is enough
    /// when it is known which of them is wanted.
    /// </summary>
    /// <param name="session">A session in which the user is logged in.</param>
    /// <param name="uri">The key.</param>
    /// <param name="wanted">The public half of the one among several; a single match need not be it.</param>
    /// <exception cref="TokenException">
    /// None matches, or several and not one of them is wanted, or the URI names another token; the message lists what
    /// is there.
    /// </exception>
    public ulong FindPrivate(ulong session, Pkcs11Uri uri, SubjectPublicKey? wanted = null)
    {
        if (!token.IsNamedBy(uri))
            throw new TokenException($"The key {uri} is on another token than this one ({token.Describe()}).");

        using var template = Template(uri);
        return module.FindObjects(session, template) switch
        {
            [var only] => only,
            [] => throw new TokenException($"There is no private key {uri} on the token \"{token.Label}\". "
                + Listing(session)),
            var several => Choose(session, uri, several, wanted),
        };
    }

    private ulong Choose(ulong session, Pkcs11Uri uri, IReadOnlyList<ulong> several, SubjectPublicKey? wanted)
    {
        var reader = new PublicKeyReader(module);
        var keys = several.Select(key => (Handle: key, Public: reader.TryRead(session, key).Key)).ToList();
        if (wanted is not null && keys.FindAll(key => key.Public?.Matches(wanted) == true) is [var fitting])
            return fitting.Handle;

        var list = string.Join("; ", keys.Select(key => $"{Describe(key.Public)}, {Describe(session, key.Handle)}"));
        throw new TokenException(wanted is null
            ? $"More than one private key matches {uri}: {list}. Name one by its id as well."
            : $"More than one private key matches {uri}, and not just one of them is the certificate's "
                + $"({Describe(wanted)}): {list}. Install the certificate of one of these keys, or name one by its id.");
    }

    /// <summary>All private keys, or those that a URI names.</summary>
    public IReadOnlyList<ulong> ListPrivate(ulong session, Pkcs11Uri? uri = null)
    {
        using var template = Template(uri);
        return module.FindObjects(session, template);
    }

    /// <summary>A key's CKA_LABEL.</summary>
    public string Label(ulong session, ulong key) =>
        Encoding.UTF8.GetString(module.ReadPublicAttribute(session, key, CKA.CKA_LABEL));

    /// <summary>A key's CKA_ID in lower-case hexadecimal.</summary>
    public string Id(ulong session, ulong key) =>
        Convert.ToHexStringLower(module.ReadPublicAttribute(session, key, CKA.CKA_ID));

    private static AttributeTemplate Template(Pkcs11Uri? uri)
    {
        var template = new AttributeTemplate().Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PRIVATE_KEY);
        if (uri?.Label is { } label)
            template.Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label));
        if (uri?.Id is { } id)
            template.Add(CKA.CKA_ID, Convert.FromHexString(id));
        return template;
    }

    private string Listing(ulong session) => ListPrivate(session) is { Count: > 0 } keys
        ? $"There are: {string.Join("; ", keys.Select(key => Describe(session, key)))}."
        : "It holds no private key; make one with `fsp key generate`.";

    private static string Describe(SubjectPublicKey? key) =>
        key is null ? "no public key to be seen" : $"{key} key {key.Fingerprint}";

    private string Describe(ulong session, ulong key) => $"object \"{Label(session, key)}\", id {Id(session, key)}";
}
