namespace ForwardSecretProxy.Requests;

/// <summary>Why a request goes no further.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Reason">What is wrong with the request, in words that hold nothing of it.</param>
internal sealed record Refusal(int Status, string Reason)
{
    /// <summary>A refusal with status 400.</summary>
    public static Refusal BadRequest(string reason) => new(StatusCodes.Status400BadRequest, reason);
}
