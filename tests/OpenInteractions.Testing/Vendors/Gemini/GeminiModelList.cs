using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary><c>GET /v1beta/models</c>, paged, and <c>GET /v1beta/models/x</c>.</summary>
internal static class GeminiModelList
{
    public static VendorReply Answer(VendorRequest request, GeminiPath path, ImmutableArray<GeminiModel> models, int most)
    {
        if (path.Model is { } id)
        {
            return models.FirstOrDefault(m => m.Id == id) is { } model
                ? VendorReply.Json(200, Describe(model).ToJsonString())
                : GeminiRefusal.Rpc(404, "NOT_FOUND", $"Model is not found: models/{id} for api version {path.Version}").Reply;
        }

        var size = int.TryParse(request.Parameter("pageSize"), CultureInfo.InvariantCulture, out var asked) ? Math.Min(asked, most) : Math.Min(50, most);
        var start = int.TryParse(request.Parameter("pageToken"), CultureInfo.InvariantCulture, out var token) ? token : 0;
        var page = new JsonObject { ["models"] = new JsonArray([.. models.Skip(start).Take(size).Select(Describe)]) };
        if (start + size < models.Length)
        {
            page["nextPageToken"] = (start + size).ToString(CultureInfo.InvariantCulture);
        }

        return VendorReply.Json(200, page.ToJsonString());
    }

    private static JsonObject Describe(GeminiModel model)
    {
        var description = new JsonObject
        {
            ["name"] = "models/" + model.Id,
            ["version"] = "001",
            ["displayName"] = model.Id,
            ["inputTokenLimit"] = model.InputTokenLimit,
            ["outputTokenLimit"] = model.OutputTokenLimit,
            ["supportedGenerationMethods"] = new JsonArray([.. model.Methods.Select(m => JsonValue.Create(m))]),
            ["temperature"] = 1,
            ["topP"] = 0.95,
            ["topK"] = 64,
            ["maxTemperature"] = 2,
        };
        if (model.Thinking)
        {
            description["thinking"] = true;
        }

        return description;
    }
}
