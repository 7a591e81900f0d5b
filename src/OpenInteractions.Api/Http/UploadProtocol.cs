using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace OpenInteractions.Api.Http;

/// <summary>What resumable uploads have in common (wire 17.3, 22): commands and numbers in headers, and answers that say how far it has come.</summary>
internal static class UploadProtocol
{
    /// <summary>Where the bytes go.</summary>
    public const string UrlHeader = "x-goog-upload-url";

    /// <summary><c>active</c>, <c>final</c> or <c>cancelled</c>; official clients send bytes again when it is missing.</summary>
    public const string StatusHeader = "x-goog-upload-status";

    /// <summary>How many bytes are kept.</summary>
    public const string ReceivedHeader = "x-goog-upload-size-received";

    public const string CommandHeader = "X-Goog-Upload-Command";
    public const string LengthHeader = "X-Goog-Upload-Header-Content-Length";
    public const string TypeHeader = "X-Goog-Upload-Header-Content-Type";
    public const string OffsetHeader = "X-Goog-Upload-Offset";

    /// <summary>In the address: which upload.</summary>
    public const string UploadId = "upload_id";

    /// <summary>In the address: how long it was said to be.</summary>
    public const string Announced = "upload_length";

    private const long MostOfRequest = 4_000;

    public static string[] Commands(HttpContext context) =>
        context.Request.Headers[CommandHeader].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static void RequireResumable(HttpContext context)
    {
        if (context.Request.Headers["X-Goog-Upload-Protocol"].ToString() is not "resumable" and var protocol)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"The header 'X-Goog-Upload-Protocol' must be 'resumable'{(protocol.Length == 0 ? "" : ", and is another")}.", "X-Goog-Upload-Protocol");
        }
    }

    public static ApiException UnknownCommand() => new(
        ErrorCode.InvalidRequest, $"The header '{CommandHeader}' must be 'start', 'upload', 'upload, finalize', 'finalize', 'query' or 'cancel'.", CommandHeader);

    /// <summary>Lets a body be as long as a file may be; what is longer is refused in words of its own.</summary>
    public static void AllowLength(HttpContext context, long most)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most + MostOfRequest;
        }
    }

    public static string AnnouncedQuery(HttpContext context) =>
        Number(context, LengthHeader) is { } announced ? string.Create(CultureInfo.InvariantCulture, $"&{Announced}={announced}") : "";

    /// <summary>Bytes that do not add up are those of a file that was cut, or of another one.</summary>
    public static void RequireAnnounced(HttpContext context, long length, bool isWhole)
    {
        if (long.TryParse(context.Request.Query.ReadText(Announced), NumberStyles.None, CultureInfo.InvariantCulture, out var announced) && (isWhole ? length != announced : length > announced))
        {
            throw new ApiException(
                ErrorCode.InvalidRequest,
                $"{announced} bytes were announced with '{LengthHeader}', and {(length > announced ? "more" : length)} have come. {(length > announced ? "Begin a new upload." : "Send the rest.")}",
                LengthHeader);
        }
    }

    public static void SetActive(HttpContext context, long received)
    {
        context.Response.Headers[StatusHeader] = "active";
        context.Response.Headers[ReceivedHeader] = received.ToString(CultureInfo.InvariantCulture);
    }

    public static string? Text(HttpContext context, string header) => context.Request.Headers[header].ToString() is { Length: > 0 } text ? text : null;

    public static string? MediaType(HttpContext context, string header) => Text(context, header) is not { } text ? null
        : MediaTypeHeaderValue.TryParse(text, out _) ? text
        : throw new ApiException(ErrorCode.InvalidRequest, $"The header '{header}' must be a media type such as text/plain.", header);

    public static long? Number(HttpContext context, string header) => Text(context, header) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ApiException(ErrorCode.InvalidRequest, $"The header '{header}' must be a number of bytes.", header);
}
