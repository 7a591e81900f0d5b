using System.Text.Json;

namespace OpenInteractions.Providers.Demo;

/// <summary>Tells what media are.</summary>
internal static class MediaReport
{
    public static string Of(Conversation conversation) => "";

    public static IEnumerable<JsonElement> Facts(Conversation conversation) => [];
}
