using System.Globalization;
using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// A token as this process uses it. Two configured names for the same token, or an old and a new configuration during
/// a reload, share its login and its sessions, of which it may have no more than one.
/// </summary>
internal sealed class SharedToken
{
    private static readonly Dictionary<(string Module, string Token), SharedToken> InUse = [];
    private static readonly Dictionary<(string Module, string Token), TokenLogin> Logins = [];
    private static readonly Lock Gate = new();

    private readonly (string, string) _key;
    private int _users;

    private SharedToken(
        (string, string) key, Pkcs11Module module, TokenInfo token, TokenOptions options, SigningMetrics? metrics)
    {
        _key = key;
        Module = module;
        Login = LoginOf(key, module);
        Sessions = new TokenSessions(module, token, Login);
        Pool = new SessionPool(
            Sessions, token.Label, LimitOf(token, options), options.QueueTimeout, metrics, TimeProvider.System);
    }

    /// <summary>The module that reaches it.</summary>
    public Pkcs11Module Module { get; }

    /// <summary>Its one login.</summary>
    public TokenLogin Login { get; }

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

        Pool.Dispose();
    }

    // Kept for the life of the process, so that a wrong PIN is remembered after the last user has gone.
    private static TokenLogin LoginOf((string, string) key, Pkcs11Module module)
    {
        if (!Logins.TryGetValue(key, out var login))
        {
            login = new TokenLogin(module);
            Logins.Add(key, login);
        }

        return login;
    }

    private static int LimitOf(TokenInfo token, TokenOptions options) =>
        Math.Min(options.Sessions, token.MaxSessions ?? int.MaxValue);

    private static string Identity(TokenInfo token) => token.Serial.Length > 0
        ? $"{token.Serial}/{token.Label}"
        : token.Slot.ToString(CultureInfo.InvariantCulture);
}
