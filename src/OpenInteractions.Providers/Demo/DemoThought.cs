using System.Text;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>The demo model's thought: which rule applies, in more words at higher levels.</summary>
internal static class DemoThought
{
    private const string Kind = "thought";

    public static string Text(ModelRequest request, DemoReply reply, bool hasOwnThought)
    {
        string[] all =
        [
            "I look for the rule that fits this prompt.",
            .. reply.Why,
            hasOwnThought ? "My last thought came back to me unchanged." : "There is no earlier thought of mine to go on from.",
            $"The history has {request.History.Count} turn{(request.History.Count == 1 ? "" : "s")}, and {request.Functions.Count} function{(request.Functions.Count == 1 ? " is" : "s are")} declared.",
        ];
        var sentences = request.Config.ThinkingLevel switch { "minimal" => 1, "low" => 2, "medium" => 3, _ => all.Length };
        return string.Join(' ', all.Take(sentences));
    }

    public static string Seal(ISignatureEnvelope envelope, ModelRequest request, string thought) =>
        envelope.Seal(Scope(request), Kind, Encoding.UTF8.GetBytes(thought.Length <= 1000 ? thought : thought[..1000]));

    public static bool IsOwn(ISignatureEnvelope envelope, ModelRequest request, string? signature) =>
        envelope.Open(signature, Scope(request))?.Kind == Kind;

    private static SignatureScope Scope(ModelRequest request) => new(request.Project, request.Model.Provider, request.Model.Family);
}
