using System.Net.Mail;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads the accounts in <c>Acme</c>, and what certificates say of how they are got.</summary>
internal static class AcmeReader
{
    // Public authorities stop there.
    private const int MaxNames = 100;

    private static readonly string[] Challenges = [AcmeChallenge.Http01.Name(), AcmeChallenge.TlsAlpn01.Name()];

    /// <summary>Reads an account; what cannot be used is reported.</summary>
    public static AcmeAccountOptions ReadAccount(SectionReader account)
    {
        var external = account.Section("ExternalAccount");
        var options = new AcmeAccountOptions
        {
            Name = account.Name,
            Directory = ReadDirectory(account),
            Contact = ReadContact(account),
            AcceptTerms = account.Boolean("AcceptTerms", whenAbsent: false),
            Key = ReadKey(account),
            ExternalAccount = account.Has("ExternalAccount") ? ReadExternalAccount(external) : null,
            CaFile = account.FilePath("CaFile"),
        };
        account.RejectUnknownKeys();
        return options;
    }

    /// <summary>Reads how a certificate is got; null when it is not got by ACME, or that cannot be used.</summary>
    public static AcmeOrderOptions? ReadOrder(SectionReader certificate, IReadOnlyList<AcmeAccountOptions> accounts)
    {
        var order = certificate.Section("Acme");
        if (!certificate.Has("Acme")) return null;
        var account = ReadAccountName(order, accounts);
        var names = ReadNames(order);
        var challenge = order.Choice("Challenge", Challenges[0], Challenges);
        order.RejectUnknownKeys();
        return account is null || names.Count == 0
            ? null
            : new AcmeOrderOptions
            {
                Account = account,
                Names = names,
                Challenge = challenge == Challenges[0] ? AcmeChallenge.Http01 : AcmeChallenge.TlsAlpn01,
            };
    }

    /// <summary>Reports each certificate whose challenge no listener would answer.</summary>
    public static void RequireFolders(SectionReader root, ProxyOptions options)
    {
        foreach (var certificate in options.Certificates)
        {
            if (certificate.Acme is not { } order || options.ChallengeFolders(order.Challenge).Count > 0) continue;
            var listener = order.Challenge == AcmeChallenge.Http01
                ? "a listener with \"Protocol\": \"redirect\" on port 80"
                : "a listener with TLS on port 443";
            root.Report($"Certificates:{certificate.Name}:Acme:Challenge", $"no listener answers {order.Challenge.Name()}",
                $"Give {listener} an \"AcmeChallengeFolder\": \"/var/lib/fsp/acme\".");
        }
    }

    private static Uri? ReadDirectory(SectionReader account)
    {
        if (account.RequiredText("Directory", "https://acme-v02.api.letsencrypt.org/directory", "URL") is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || IsLocal(uri))) return uri;
        account.Report("Directory", $"\"{text}\" is not an https URL",
            "Write the directory's URL as the authority gives it, for example \"https://acme-v02.api.letsencrypt.org/directory\".");
        return null;
    }

    // An authority on this machine, for tests: nobody is in between.
    private static bool IsLocal(Uri uri) => uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback;

    private static List<string> ReadContact(SectionReader account)
    {
        const string scheme = "mailto:";
        var contact = new List<string>();
        foreach (var text in account.TextList("Contact", [], "hostmaster@example.org"))
        {
            var address = text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? text[scheme.Length..] : text;
            if (MailAddress.TryCreate(address, out var parsed) && parsed.Address == address)
                contact.Add(scheme + address);
            else
                account.Report("Contact", $"\"{text}\" is not a mail address", "Write it as \"hostmaster@example.org\".");
        }
        return contact;
    }

    private static string ReadKey(SectionReader account)
    {
        var text = account.Text("AccountKey", type: "path or PKCS#11 URI");
        return text?.StartsWith(AcmeAccountOptions.TokenPrefix, StringComparison.Ordinal) == true
            ? text
            : account.FilePath("AccountKey", $"acme-{account.Name}.key")!;
    }

    private static ExternalAccountOptions? ReadExternalAccount(SectionReader external)
    {
        var id = external.RequiredText("KeyId", "kid-1");
        var file = external.RequiredFilePath("KeyFile", "eab.key");
        external.Refuse("Key", "a secret does not stand in the configuration: files are copied, backed up and shown",
            "Put it into a file that only the service's user can read, and set KeyFile.");
        external.RejectUnknownKeys();
        return id is null || file is null ? null : new ExternalAccountOptions(id, file);
    }

    private static string? ReadAccountName(SectionReader order, IReadOnlyList<AcmeAccountOptions> accounts)
    {
        var only = accounts is [var single] ? single.Name : null;
        var name = order.Text("Account") ?? only;
        if (accounts.FirstOrDefault(account => account.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
            return found.Name;
        if (name is null && accounts.Count > 0)
            order.Report("Account", "it is missing, and there are several", $"Write one of {string.Join(", ", accounts.Select(each => each.Name))}.");
        else if (accounts.Count == 0)
            order.Report("Account", "there is no account in the Acme section", "Add one: its Directory, and AcceptTerms.");
        else
            order.Report("Account", $"there is no account \"{name}\" in the Acme section", NearestKey.Suggest(name!, [.. accounts.Select(each => each.Name)]));
        return null;
    }

    private static List<string> ReadNames(SectionReader order)
    {
        var names = new List<string>();
        var texts = order.TextList("Names", [], "example.org");
        if (texts.Count is 0 or > MaxNames)
            order.Report("Names", $"there are {texts.Count}", $"Write 1 to {MaxNames}, for example \"Names\": [ \"example.org\" ].");
        foreach (var text in texts)
        {
            if (ReadName(order, text) is { } name && !names.Contains(name)) names.Add(name);
        }
        return names;
    }

    private static string? ReadName(SectionReader order, string text)
    {
        try
        {
            var name = DnsName.Parse(text);
            if (name[0] != '*') return name;
            order.Report("Names", $"\"{text}\" is a wildcard, for which authorities ask for a DNS challenge",
                "Name the hosts one by one, or get the certificate by other means (fsp csr).");
        }
        catch (FormatException exception)
        {
            order.Report("Names", exception.Message, "Write host names, such as \"www.example.org\".");
        }
        return null;
    }
}
