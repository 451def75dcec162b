using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ForwardSecretProxy.Demo;

/// <summary>
/// The configuration of a demonstration, as a file: what it does can be read, and run again with <c>fsp serve</c>.
/// </summary>
internal static class DemoConfiguration
{
    /// <summary>Writes the file anew.</summary>
    /// <param name="directory">Where it goes.</param>
    /// <param name="module">SoftHSM's path.</param>
    /// <param name="port">The port on the loopback addresses.</param>
    /// <param name="upstream">The service to stand in front of; null for what is built in.</param>
    /// <param name="isMail">Whether it is the mail server that is built in, not the page.</param>
    public static void Write(DemoDirectory directory, string module, int port, Uri? upstream, bool isMail) =>
        DemoDirectory.Write(directory.Configuration, $$"""
            // Written by fsp demo at every start; copy it before you change it. To run it without fsp demo:
            //   SOFTHSM2_CONF={{directory.SoftHsmConfiguration}} fsp serve --config FILE
            {
              "Tokens": {
                "demo": { "Module": {{Json(module)}}, "Label": "{{DemoSetup.TokenLabel}}", "PinFile": "pin" }
              },
              "Certificates": {
                "localhost": { "Chain": "localhost.pem", "Key": "{{DemoSetup.Key}}" }
              },
              "Listeners": {
                {{string.Join(",\n    ", isMail ? MailListeners(directory, port) : Listeners(port))}}
              }{{(upstream is null ? "" : ReverseProxy(upstream))}}
            }
            """);

    // Browsers try ::1 first for localhost.
    private static IEnumerable<string> Listeners(int port)
    {
        yield return $$"""
            "ipv4": { "Address": "127.0.0.1:{{port}}", "Certificates": [ "localhost" ] }
            """;
        if (HasIPv6Loopback())
            yield return $$"""
                "ipv6": { "Address": "[::1]:{{port}}", "Certificates": [ "localhost" ] }
                """;
    }

    // Nobody but the owner of the directory reaches the sockets: there is no client to be told apart from the proxy.
    private static IEnumerable<string> MailListeners(DemoDirectory directory, int port) =>
    [
        $$"""
        "submission": { "Address": "127.0.0.1:{{port}}", "Protocol": "smtp", "Tls": "starttls", "Backend": {{Json("unix:" + directory.Smtp)}}, "ProxyProtocol": "none" }
        """,
        $$"""
        "pop3s": { "Address": "127.0.0.1:{{port + 1}}", "Protocol": "pop3", "Backend": {{Json("unix:" + directory.Pop3)}} }
        """,
    ];

    private static string ReverseProxy(Uri upstream) => $$"""
        ,
          "ReverseProxy": {
            "Routes": { "everything": { "ClusterId": "upstream", "Match": { "Path": "{**path}" } } },
            "Clusters": { "upstream": { "Destinations": { "only": { "Address": {{Json(upstream.AbsoluteUri)}} } } } }
          }
        """;

    // Containers often have none.
    private static bool HasIPv6Loopback()
    {
        if (!Socket.OSSupportsIPv6)
            return false;
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Json(string text) => JsonSerializer.Serialize(text);
}
