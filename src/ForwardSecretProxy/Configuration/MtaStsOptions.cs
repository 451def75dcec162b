namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>MtaSts</c>: the policy of a mail domain (RFC 8461), which the http listeners serve.</summary>
/// <param name="Path">The key, for messages.</param>
/// <param name="Domain">The mail domain, in lower case A-label form, such as <c>example.com</c>.</param>
/// <param name="File">The policy's file, which is served as it is. Example: <c>"mta-sts-example.txt"</c>.</param>
internal sealed record MtaStsOptions(string Path, string Domain, string File)
{
    /// <summary>The host that mail servers fetch it from (RFC 8461 section 3.2).</summary>
    public string Host => "mta-sts." + Domain;
}
