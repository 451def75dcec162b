using ForwardSecretProxy.Requests;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// Forwards <c>/a%2Fb</c> as that. Kestrel leaves an encoded slash in the path as it is, and YARP would encode its
/// percent sign once more, so that <c>/a%2Fb</c> and <c>/a%252Fb</c> reached the service as the same request.
/// </summary>
internal static class KeptEscapes
{
    /// <summary>For every route, after its own transforms.</summary>
    public static void Add(TransformBuilderContext builder) => builder.AddRequestTransform(Apply);

    private static ValueTask Apply(RequestTransformContext context)
    {
        var raw = context.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (context.ProxyRequest.RequestUri is null && RequestTarget.HasKeptEscapes(raw, context.Path.Value))
        {
            var address = RequestUtilities.MakeDestinationAddress(
                context.DestinationPrefix, context.Path, context.Query.QueryString).AbsoluteUri;
            var query = address.IndexOf('?', StringComparison.Ordinal);
            var (path, rest) = query < 0 ? (address, "") : (address[..query], address[query..]);
            context.ProxyRequest.RequestUri = new Uri(path.Replace("%25", "%", StringComparison.Ordinal) + rest);
        }

        return ValueTask.CompletedTask;
    }
}
