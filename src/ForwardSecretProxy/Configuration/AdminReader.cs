using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads the <c>Admin</c> section.</summary>
internal static class AdminReader
{
    /// <summary>Reads it from the root; null when it is not there, or has no address that can be used.</summary>
    public static AdminOptions? Read(SectionReader root)
    {
        var isThere = root.Has("Admin");
        var admin = root.Section("Admin");
        if (!isThere)
            return null;

        var allowsAny = admin.Boolean("AllowAnyAddress", false);
        var address = ReadAddress(admin, allowsAny);
        var collector = ReadCollector(admin);
        admin.RejectUnknownKeys();
        return address is null
            ? null
            : new AdminOptions { Address = address, AllowAnyAddress = allowsAny, OtlpEndpoint = collector };
    }

    private static EndPoint? ReadAddress(SectionReader admin, bool allowsAny)
    {
        if (admin.RequiredText("Address", "127.0.0.1:9090", "address and port, or unix:PATH") is not { } text)
            return null;

        switch (AdminAddress.Parse(text))
        {
            case UnixDomainSocketEndPoint socket:
                return socket;
            case IPEndPoint address when allowsAny || IPAddress.IsLoopback(address.Address):
                return address;
            case IPEndPoint:
                admin.Report("Address", $"\"{text}\" can be reached from other machines, and nobody is asked for a "
                    + "password there", "Write a loopback address, for example \"127.0.0.1:9090\", or a socket, for "
                    + "example \"unix:/run/fsp/admin.sock\". In a container, where a network policy decides who may "
                    + "connect, set \"AllowAnyAddress\": true.");
                return null;
            default:
                admin.Report("Address", $"\"{text}\" is neither an IP address with a port nor a socket",
                    "Write, for example, \"127.0.0.1:9090\", \"[::1]:9090\" or \"unix:/run/fsp/admin.sock\" (an absolute "
                    + "path, 107 bytes at most).");
                return null;
        }
    }

    private static Uri? ReadCollector(SectionReader admin)
    {
        if (admin.Text("OtlpEndpoint", type: "URL") is not { Length: > 0 } text)
            return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            admin.Report("OtlpEndpoint", $"\"{text}\" is not an http or https URL",
                "Write the collector's, for example \"http://127.0.0.1:4318\".");
            return null;
        }
        if (url.UserInfo.Length > 0)
        {
            admin.Report("OtlpEndpoint", "it holds a user's name or password", "Write the URL without.");
            return null;
        }
        return url.AbsolutePath == "/" ? new Uri(url, "/v1/metrics") : url;
    }
}
