using Microsoft.AspNetCore.Http;

namespace OpenInteractions.Tools.Tests.Engines;

internal static class ResponseBody
{
    public static Task WriteBodyAsync(this HttpResponse response, string json)
    {
        response.ContentType = "application/json";
        return response.WriteAsync(json);
    }
}
