using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Signing.Calls;
using ForwardSecretProxy.Signing.Keys;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// The keys on a token: makes, lists and destroys them. Every call logs in, blocks for as long as the token takes, and
/// uses a session of its own besides the pool's.
/// </summary>
public sealed class KeyStore
{
    private const int IdLength = 16;

    private readonly SharedToken _token;

    /// <summary>Creates the store on an open token.</summary>
    public KeyStore(Token token)
    {
        ArgumentNullException.ThrowIfNull(token);
        _token = token.Shared;
    }

    private Pkcs11Module Module => _token.Module;

    private KeyFinder Finder => new(Module, _token.Sessions.Token);

    /// <summary>Makes a key pair whose private half signs, does nothing else, and never leaves the token.</summary>
    /// <returns>The public half.</returns>
    /// <exception cref="TokenException">
    /// Something on the token has the label already, or the token does not make such keys.
    /// </exception>
    public SubjectPublicKey Generate(KeyKind kind, string label)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        return InSession(writable: true, session =>
        {
            if (ObjectsWith(session, label).Count > 0)
            {
                throw new TokenException($"There is an object \"{label}\" on the token already. Choose another label, "
                    + "or destroy that key first with `fsp key destroy`.");
            }

            var key = GeneratePair(session, kind, label, NewId());
            return new PublicKeyReader(Module).Read(session, key)
                ?? throw new TokenException("The token made the key and does not show its public half.");
        });
    }

    /// <summary>An id that no key has yet, for <see cref="GenerateNext"/>, in lower-case hexadecimal.</summary>
    public static string NextId() => Convert.ToHexStringLower(NewId());

    /// <summary>
    /// Makes the next generation of a key: a pair with a label that others on the token have, told from them by its id.
    /// </summary>
    /// <param name="kind">What kind of key.</param>
    /// <param name="label">The label of all generations.</param>
    /// <param name="id">The CKA_ID in hexadecimal, of <see cref="NextId"/>.</param>
    /// <returns>The key; its URI has the id.</returns>
    /// <exception cref="TokenException">The token does not make such keys, or shows no public half.</exception>
    public TokenKeyInfo GenerateNext(KeyKind kind, string label, string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        return InSession(writable: true, session =>
        {
            var key = Describe(session, GeneratePair(session, kind, label, Convert.FromHexString(id)), [label]);
            return key.PublicKey is null
                ? throw new TokenException($"The token made the key and does not show its public half: {key.Note}")
                : key;
        });
    }

    /// <summary>All private keys, also those that the key gate would refuse.</summary>
    /// <param name="uri">Only those that this names; null for all.</param>
    /// <exception cref="TokenException">The token failed or refused the login.</exception>
    public IReadOnlyList<TokenKeyInfo> List(Pkcs11Uri? uri = null) => InSession(writable: false, session =>
    {
        var keys = Finder.ListPrivate(session, uri);
        var shared = keys.Select(key => Finder.Label(session, key)).CountBy(label => label)
            .Where(count => count.Value > 1 || count.Key.Length == 0).Select(count => count.Key).ToHashSet();
        return keys.Select(key => Describe(session, key, shared)).ToList();
    });

    /// <summary>Destroys both halves of a key. It cannot be undone: there is no copy.</summary>
    /// <param name="uri">The key.</param>
    /// <param name="expected">The public half that it must have; null for any.</param>
    /// <exception cref="TokenException">Not exactly one key matches, it is another, or the token keeps it.</exception>
    public void Destroy(Pkcs11Uri uri, SubjectPublicKey? expected = null)
    {
        ArgumentNullException.ThrowIfNull(uri);
        InSession(writable: true, session =>
        {
            var key = Finder.FindPrivate(session, uri, expected);
            var reader = new PublicKeyReader(Module);
            if (expected is not null && reader.TryRead(session, key).Key?.Matches(expected) != true)
                throw new TokenException($"The key {uri} is another one than the one to destroy; it stays.");

            var publicKey = reader.FindPublicObject(session, key);
            ReturnCodes.ThrowUnlessOk(Module.DestroyObject(session, key), $"The key {uri} cannot be destroyed");
            return publicKey is { } found ? Module.DestroyObject(session, found) : CKR.CKR_OK;
        });
    }

    private ulong GeneratePair(ulong session, KeyKind kind, string label, byte[] id)
    {
        for (var frozen = KeyTemplates.Freezing.Count; ; frozen--)
        {
            try
            {
                return GeneratePair(session, kind, label, id, frozen);
            }
            catch (TokenException exception) when (frozen > 0 && (CKR)exception.ReturnCode is
                CKR.CKR_ATTRIBUTE_TYPE_INVALID or CKR.CKR_ATTRIBUTE_VALUE_INVALID or CKR.CKR_ATTRIBUTE_READ_ONLY
                or CKR.CKR_TEMPLATE_INCONSISTENT or CKR.CKR_GENERAL_ERROR)
            {
                // NSS answers CKR_GENERAL_ERROR to an attribute that it does not know.
            }
        }
    }

    private ulong GeneratePair(ulong session, KeyKind kind, string label, byte[] id, int frozen)
    {
        using var publicKey = KeyTemplates.Public(kind, label, id);
        using var privateKey = KeyTemplates.Private(label, id, [.. KeyTemplates.Freezing.Take(frozen)]);
        return Module.GenerateKeyPair(session, KeyTemplates.Mechanism(kind), publicKey, privateKey).Private;
    }

    // A URI has the id as well only where it must: an id of 32 digits does not read well.
    private TokenKeyInfo Describe(ulong session, ulong key, HashSet<string> sharedLabels)
    {
        var label = Finder.Label(session, key);
        var id = Finder.Id(session, key);
        var uri = Pkcs11Uri.For(
            _token.Sessions.Token.Label,
            label.Length == 0 ? null : label,
            sharedLabels.Contains(label) && id.Length > 0 ? id : null);
        var (publicKey, note) = new PublicKeyReader(Module).TryRead(session, key);
        return new TokenKeyInfo(label, id, publicKey, note, uri);
    }

    private static byte[] NewId() => RandomNumberGenerator.GetBytes(IdLength);

    private IReadOnlyList<ulong> ObjectsWith(ulong session, string label)
    {
        using var template = new AttributeTemplate().Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label));
        return Module.FindObjects(session, template);
    }

    private T InSession<T>(bool writable, Func<ulong, T> action) => ModuleThread.Run(() =>
    {
        var session = _token.Sessions.Open(writable);
        try
        {
            return action(session);
        }
        finally
        {
            _token.Sessions.Close(session);
        }
    });
}
