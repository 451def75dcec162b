using System.Net;
using System.Text.Json;

namespace ForwardSecretProxy.Acme;

/// <summary>What an authority answered.</summary>
/// <param name="Request">What was asked, for messages.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">Bounded.</param>
internal sealed record AcmeResponse(Uri Request, HttpStatusCode Status, byte[] Body)
{
    /// <summary>Whether it is an answer rather than a problem.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>For the next request; null when there is none.</summary>
    public string? Nonce { get; init; }

    /// <summary>Where the thing is that was made or found; null when it says nothing of that.</summary>
    public Uri? Location { get; init; }

    /// <summary>When to ask again; null when it says nothing of that.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The body as JSON.</summary>
    /// <exception cref="AcmeException">It is something else.</exception>
    public T Read<T>()
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Body, AcmeMessages.Json) ?? throw NotUnderstood("null");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw NotUnderstood(exception.Message);
        }
    }

    /// <summary>What the authority has against the request.</summary>
    public AcmeException ToException()
    {
        var problem = ReadProblem();
        return new AcmeException(problem is null
            ? $"{Request.Host} answered with the status {(int)Status} at {Request.AbsolutePath}"
            : $"{Request.Host} refused: {problem}", problem, RetryAfter);
    }

    /// <summary>The problem document; null when it is none.</summary>
    public AcmeProblem? ReadProblem()
    {
        try
        {
            return JsonSerializer.Deserialize<AcmeProblem>(Body, AcmeMessages.Json) is { Type: not null } problem ? problem : null;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            // A load balancer's page, mostly.
            return null;
        }
    }

    private AcmeException NotUnderstood(string reason) =>
        new($"what {Request.Host} answered at {Request.AbsolutePath} is not what RFC 8555 says: {AcmeText.Clean(reason, 200)}");
}
