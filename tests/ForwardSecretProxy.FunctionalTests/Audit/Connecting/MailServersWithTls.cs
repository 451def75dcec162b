using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Connecting;

/// <summary>A Postfix and a Dovecot that do TLS themselves, as most do.</summary>
public sealed class MailServersWithTls : IAsyncLifetime
{
    private readonly Dictionary<StartTlsProtocol, int> _ports = new()
    {
        [StartTlsProtocol.Smtp] = FreePort.Next(),
        [StartTlsProtocol.Imap] = FreePort.Next(),
        [StartTlsProtocol.Pop3] = FreePort.Next(),
        [StartTlsProtocol.Sieve] = FreePort.Next(),
    };

    private PostfixServer? _postfix;
    private DovecotServer? _dovecot;

    /// <summary>Where the server of a protocol listens on 127.0.0.1.</summary>
    public int this[StartTlsProtocol protocol] => _ports[protocol];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _postfix = await PostfixServer.PrepareAsync(
            "master_service_disable = smtp.inet\n", $"127.0.0.1:{_ports[StartTlsProtocol.Smtp]} inet n - y - - smtpd\n");
        _dovecot = await DovecotServer.StartAsync(
            Listener("imap-login", "imap", StartTlsProtocol.Imap, "imaps")
            + Listener("pop3-login", "pop3", StartTlsProtocol.Pop3, "pop3s")
            + Listener("managesieve-login", "sieve", StartTlsProtocol.Sieve),
            _postfix.SocketDirectory);
        await _postfix.StartAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (var server in (IAsyncDisposable?[])[_postfix, _dovecot])
        {
            if (server is not null)
                await server.DisposeAsync();
        }
    }

    private string Listener(string service, string name, StartTlsProtocol protocol, params string[] off) => $$"""
        service {{service}} {
          inet_listener {{name}} {
            address = 127.0.0.1
            port = {{_ports[protocol]}}
          }
          {{string.Concat(off.Select(each => $"inet_listener {each} {{\n    port = 0\n  }}"))}}
        }

        """;
}
