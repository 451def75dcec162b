namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The mail servers of config/, and what the proxy in front of them needs.</summary>
public sealed class MailFixture : IAsyncLifetime
{
    /// <summary>The name in the certificate.</summary>
    public const string Name = "mail.example.test";

    private PostfixServer? _postfix;
    private ExampleProxy? _proxy;
    private ExampleProxy? _eximProxy;

    internal TemporaryDirectory Directory { get; } = new();

    internal TestAuthority Authority { get; } = new();

    internal ServingToken Token { get; private set; } = null!;

    /// <summary>Of mail-postfix-dovecot.jsonc, and what is behind it.</summary>
    internal MovedPorts Ports { get; } = new();

    /// <summary>Of mail-exim.jsonc, and what is behind it.</summary>
    internal MovedPorts EximPorts { get; } = new();

    internal PostfixServer Postfix => _postfix!;

    internal DovecotServer Dovecot { get; private set; } = null!;

    internal EximServer Exim { get; private set; } = null!;

    /// <summary>The file clients are told to trust.</summary>
    internal string RootPath { get; private set; } = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _postfix = await PostfixServer.PrepareAsync(Ports);
        var dovecot = DovecotServer.StartAsync(Ports, _postfix.SocketDirectory);
        var exim = EximServer.StartAsync(EximPorts);
        await Task.WhenAll(PrepareProxyAsync(), _postfix.StartAsync(), dovecot, exim);
        (Dovecot, Exim) = (await dovecot, await exim);
        _proxy = await ExampleProxy.StartAsync("mail-postfix-dovecot.jsonc", Ports, Directory, Token);
        _eximProxy = await ExampleProxy.StartAsync("mail-exim.jsonc", EximPorts, Directory, Token);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        // The proxies before the servers, and Postfix, which asks Dovecot for passwords, before Dovecot, which waits for it.
        foreach (var part in (IAsyncDisposable?[])[_eximProxy, _proxy, Exim, _postfix, Dovecot])
        {
            if (part is not null)
                await part.DisposeAsync();
        }

        Authority.Dispose();
        Token?.Dispose();
        Directory.Dispose();
    }

    private async Task PrepareProxyAsync()
    {
        Token = await ServingToken.CreateAsync();
        RootPath = Directory.Write("root.pem", Authority.RootPem);
        Directory.Write("pin", Token.Pin);
        Directory.Write("mail.pem", Authority.Issue(await Token.GenerateKeyAsync("mail", "ec-p256"), Name));
    }
}

/// <summary>The tests that share the mail servers.</summary>
[CollectionDefinition(Name)]
public sealed class MailServers : ICollectionFixture<MailFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Mail servers";
}
