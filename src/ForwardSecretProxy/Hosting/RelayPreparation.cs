using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Relaying;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Hosting;

/// <summary>Prepares where the relaying listeners' connections go.</summary>
internal static class RelayPreparation
{
    /// <summary>
    /// Makes the target of each relaying listener, by the listener's name. One of <paramref name="previous"/> that still does
    /// what is asked for goes on, with what it knows of its backends. With an error there is none.
    /// </summary>
    public static Dictionary<string, RelayTarget> Prepare(
        IReadOnlyList<ListenerOptions> listeners,
        IReadOnlyList<PreparedCertificate> certificates,
        PreparedServer? previous,
        ConfigurationContext context)
    {
        var relaying = listeners.Where(listener => listener.Relay is not null)
            .Select(listener => (
                Listener: listener,
                Security: BackendLoader.Of(listener.Name, listener.Relay!, context).Load(),
                HostName: listener.Relay!.HostName ?? FirstName(listener, certificates)))
            .ToList();
        if (context.HasErrors) return [];
        return relaying.ToDictionary(
            each => each.Listener.Name,
            each => previous?.Relays.FirstOrDefault(relay =>
                    relay.IsMadeOf(each.Listener.Name, each.Listener.Relay!, each.HostName, each.Security))
                ?? new RelayTarget(each.Listener.Name, each.Listener.Relay!, each.HostName, each.Security),
            StringComparer.Ordinal);
    }

    // What a client has connected to is, most of the time, what the certificate is for.
    private static string FirstName(ListenerOptions listener, IReadOnlyList<PreparedCertificate> certificates) =>
        certificates.FirstOrDefault(certificate => listener.Certificates.Contains(certificate.Options.Name))
            ?.Certificate.DnsNames.FirstOrDefault(name => !name.StartsWith('*'))
        ?? Environment.MachineName;
}
