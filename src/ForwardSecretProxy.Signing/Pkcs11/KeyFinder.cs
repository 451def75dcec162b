using System.Text;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>Finds keys on a token by what a URI says of them.</summary>
internal sealed class KeyFinder(Pkcs11Module module, TokenInfo token)
{
    /// <summary>The one private key that <paramref name="uri"/> names.</summary>
    /// <exception cref="TokenException">
    /// None or several match, or the URI names another token; the message lists what is there.
    /// </exception>
    public ulong FindPrivate(ulong session, Pkcs11Uri uri)
    {
        if ((uri.Token ?? token.Label) != token.Label || (uri.Serial ?? token.Serial) != token.Serial)
            throw new TokenException($"The key {uri} is on another token than this one ({token.Describe()}).");

        using var template = Template(uri);
        return module.FindObjects(session, template) switch
        {
            [var only] => only,
            [] => throw new TokenException($"There is no private key {uri} on the token \"{token.Label}\". "
                + Listing(session)),
            var several => throw new TokenException($"More than one private key matches {uri}: "
                + $"{string.Join("; ", several.Select(key => Describe(session, key)))}. Name one by its id as well."),
        };
    }

    /// <summary>All private keys.</summary>
    public IReadOnlyList<ulong> ListPrivate(ulong session)
    {
        using var template = new AttributeTemplate().Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PRIVATE_KEY);
        return module.FindObjects(session, template);
    }

    /// <summary>A key's CKA_LABEL.</summary>
    public string Label(ulong session, ulong key) =>
        Encoding.UTF8.GetString(module.ReadPublicAttribute(session, key, CKA.CKA_LABEL));

    /// <summary>A key's CKA_ID in lower-case hexadecimal.</summary>
    public string Id(ulong session, ulong key) =>
        Convert.ToHexStringLower(module.ReadPublicAttribute(session, key, CKA.CKA_ID));

    private static AttributeTemplate Template(Pkcs11Uri uri)
    {
        var template = new AttributeTemplate().Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PRIVATE_KEY);
        if (uri.Label is { } label)
            template.Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label));
        if (uri.Id is { } id)
            template.Add(CKA.CKA_ID, Convert.FromHexString(id));
        return template;
    }

    private string Listing(ulong session) => ListPrivate(session) is { Count: > 0 } keys
        ? $"There are: {string.Join("; ", keys.Select(key => Describe(session, key)))}."
        : "It holds no private key; make one with `fsp key generate`.";

    private string Describe(ulong session, ulong key) => $"object \"{Label(session, key)}\", id {Id(session, key)}";
}
