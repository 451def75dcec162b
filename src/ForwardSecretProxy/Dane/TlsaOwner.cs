using System.Globalization;

namespace ForwardSecretProxy.Dane;

/// <summary>Where the TLSA records of a service stand (RFC 6698 section 3).</summary>
/// <param name="Host">The server's name in lower case A-label form; for mail, the name in the MX record.</param>
/// <param name="Port">Its port.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
internal sealed record TlsaOwner(string Host, int Port, string Protocol)
{
    /// <summary>The name as a zone file has it, with its final dot.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"_{Port}._{Protocol}.{Host}.");

    /// <summary>A line of a zone file (RFC 1035 section 5.1).</summary>
    /// <param name="ttl">In seconds.</param>
    /// <param name="record">What it says.</param>
    public string ZoneLine(int ttl, TlsaRecord record) => string.Create(CultureInfo.InvariantCulture, $"{this} {ttl} IN TLSA {record}");
}
