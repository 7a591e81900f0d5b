namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>What the vendor's models refuse, by family.</summary>
internal static class OpenAIModelRules
{
    public static readonly string[] Listed = ["gpt-5.1", "gpt-5", "gpt-5-mini", "o3", "o4-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-audio-preview", "text-embedding-3-small"];

    public static bool Reasons(string model) =>
        (model.StartsWith("gpt-5", StringComparison.Ordinal) && !model.Contains("-chat", StringComparison.Ordinal))
        || model.StartsWith("o1", StringComparison.Ordinal) || model.StartsWith("o3", StringComparison.Ordinal) || model.StartsWith("o4", StringComparison.Ordinal);

    public static string[] Efforts(string model) =>
        model.StartsWith('o') ? ["low", "medium", "high"]
        : model.StartsWith("gpt-5.", StringComparison.Ordinal) ? ["none", "low", "medium", "high"]
        : ["minimal", "low", "medium", "high"];

    public static bool HearsAudio(string model) => model.Contains("audio", StringComparison.Ordinal);

    public static bool Exists(string model) => Listed.Contains(model);
}
