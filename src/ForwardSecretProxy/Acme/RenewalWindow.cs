using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Acme;

/// <summary>A time in which a certificate should be renewed, anywhere in it (RFC 9773 section 4.2).</summary>
/// <param name="Start">Its first moment.</param>
/// <param name="End">Its last.</param>
internal sealed record RenewalWindow(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>
    /// The window where the authority suggests none: from two thirds of the certificate's life on, for a twentieth of it. Of 90
    /// days 30 are left for whatever goes wrong, and not everybody comes at once.
    /// </summary>
    public static RenewalWindow Of(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var life = notAfter - notBefore;
        return new RenewalWindow(notBefore + life * 2 / 3, notBefore + life * 2 / 3 + life / 20);
    }

    /// <summary>Whether there is a time in it.</summary>
    [JsonIgnore]
    public bool IsSensible => End > Start;

    /// <summary>Some moment in it, each as likely as any other.</summary>
    public DateTimeOffset Pick(Random random) => Start + (End - Start) * random.NextDouble();
}

/// <summary>What an authority says about a certificate's renewal.</summary>
/// <param name="Window">When it should be; null when it has no opinion on this one.</param>
/// <param name="AskAgain">For how long that holds; null when it does not say.</param>
internal sealed record RenewalAdvice(RenewalWindow? Window, TimeSpan? AskAgain);
