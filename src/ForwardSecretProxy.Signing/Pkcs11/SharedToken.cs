using System.Collections.Concurrent;
using System.Globalization;
using ForwardSecretProxy.Signing.Calls;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// A token as this process uses it. Two configured names for the same token, or an old and a new configuration during
/// a reload, share its login and its sessions, of which it may have no more than one.
/// </summary>
internal sealed class SharedToken
{
    private static readonly Dictionary<(string Module, string Token), SharedToken> InUse = [];
    // Kept for the life of the process, so that a wrong PIN is remembered after the last user has gone.
    private static readonly Dictionary<(string Module, string Token), ConcurrentDictionary<string, CKR>> RefusedPins = [];
    private static readonly Lock Gate = new();

    private readonly (string, string) _key;
    private int _users;

    private SharedToken(
        (string, string) key, Pkcs11Module module, TokenInfo token, TokenOptions options, SigningMetrics? metrics)
    {
        _key = key;
        Calls = new TokenCalls(token.Label, options.CallTimeout);
        Module = module.For(Calls);
        Login = new TokenLogin(Module, Calls, RefusedPinsOf(key));
        Sessions = new TokenSessions(Module, token, Login);
        Signatures = new SignatureMaker(Module, Login, Sessions);
        Pool = new SessionPool(
            Sessions, token.Label, LimitOf(token, options), options.QueueTimeout, metrics, TimeProvider.System);
        Calls.Pool = Pool;
    }

    /// <summary>The calls that are made for its sake.</summary>
    public TokenCalls Calls { get; }

    /// <summary>The module that reaches it.</summary>
    public Pkcs11Module Module { get; }

    /// <summary>Its one login.</summary>
    public TokenLogin Login { get; }

    /// <summary>Makes its signatures.</summary>
    public SignatureMaker Signatures { get; }

    /// <summary>Opens sessions outside the pool, for administration.</summary>
    public TokenSessions Sessions { get; }

    /// <summary>Its one pool; the latest user's options set its size and time limit.</summary>
    public SessionPool Pool { get; }

    /// <summary>The token, for one more user.</summary>
    public static SharedToken Join(
        Pkcs11Module module, TokenInfo token, TokenOptions options, SigningMetrics? metrics)
    {
        var key = (module.Path, Identity(token));
        lock (Gate)
        {
            if (!InUse.TryGetValue(key, out var shared))
            {
                shared = new SharedToken(key, module, token, options, metrics);
                InUse.Add(key, shared);
            }
            else
            {
                shared.Calls.Limit = options.CallTimeout;
                shared.Pool.Configure(LimitOf(token, options), options.QueueTimeout);
            }

            shared._users++;
            shared.Login.Source = options.Pin ?? shared.Login.Source;
            return shared;
        }
    }

    /// <summary>One user less; the last one closes the pool.</summary>
    public void Leave()
    {
        lock (Gate)
        {
            if (--_users > 0)
                return;
            InUse.Remove(_key);
        }

        try
        {
            ModuleThread.Run(Pool.Dispose);
        }
        catch (TokenException)
        {
            // The module does not answer; its sessions end with this process.
        }
    }

    /// <summary>
    /// The token cannot be relied on: nobody gets a session until one has shown that <paramref name="key"/> signs rightly.
    /// </summary>
    /// <param name="key">With which it was found out.</param>
    /// <param name="generation">In which life of the pool.</param>
    /// <param name="reason">Why, with the mend.</param>
    public void Condemn(KeyLocator key, int generation, TokenException reason)
    {
        Sessions.Trial = session =>
        {
            key.Prove(new PooledSession(Pool, session, Pool.Generation));
            Sessions.Trial = null;
        };
        Pool.Fail(generation, reason);
    }

    private static ConcurrentDictionary<string, CKR> RefusedPinsOf((string, string) key)
    {
        if (!RefusedPins.TryGetValue(key, out var refused))
            RefusedPins.Add(key, refused = new ConcurrentDictionary<string, CKR>(StringComparer.Ordinal));
        return refused;
    }

    private static int LimitOf(TokenInfo token, TokenOptions options) =>
        Math.Min(options.Sessions, token.MaxSessions ?? int.MaxValue);

    private static string Identity(TokenInfo token) => token.Serial.Length > 0
        ? $"{token.Serial}/{token.Label}"
        : token.Slot.ToString(CultureInfo.InvariantCulture);
}
