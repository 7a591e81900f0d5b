using OpenInteractions.Contracts.Content;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>What the demo model knows when it answers: the history that it really received, and nothing else.</summary>
internal sealed class Conversation
{
    /// <summary>Stands in the first free answer of a conversation, so that nobody takes the demo model for a language model.</summary>
    public const string Notice = "I am the demo model: a rule-based stand-in, not a language model.";

    private readonly IReadOnlyList<ConversationItem> _items;
    private readonly int _prompt;

    public Conversation(ModelRequest request)
    {
        var turns = request.History.Select(TurnReading.Of).ToArray();
        _items = [.. turns.SelectMany(t => t.Items)];
        _prompt = LastIndex<Said>(_items);
        Facts = [.. turns.SelectMany(t => t.Facts)];
        SystemInstruction = request.SystemInstruction;
        Tokens = turns.Aggregate(InputTokens.None with { Text = DemoTokens.Count(SystemInstruction) }, (sum, t) => sum + t.Tokens);
        Prompt = _prompt < 0 ? "" : ((Said)_items[_prompt]).Text;
        NewFacts = [.. FactReading.In(Prompt)];
        Results = [.. ResultsToReport()];
    }

    /// <summary>What the user said last.</summary>
    public string Prompt { get; }

    public string? SystemInstruction { get; }

    /// <summary>What the user told in all turns, oldest first.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>What the user told in the last prompt.</summary>
    public IReadOnlyList<Fact> NewFacts { get; }

    /// <summary>What all of it costs as input.</summary>
    public InputTokens Tokens { get; }

    /// <summary>Results that no answer has told of yet.</summary>
    public IReadOnlyList<CameBack> Results { get; }

    /// <summary>What the user said before the last prompt, oldest first.</summary>
    public IEnumerable<string> EarlierPrompts => _items.Take(Math.Max(_prompt, 0)).OfType<Said>().Select(s => s.Text).Where(t => t.Length > 0);

    /// <summary>Calls and results that belong to the last prompt, in order.</summary>
    public IEnumerable<ConversationItem> SincePrompt => _items.Skip(_prompt + 1);

    /// <summary>Media that came with the last prompt or after it.</summary>
    public IEnumerable<MediaContent> NewMedia => SincePrompt.OfType<Shown>().Select(s => s.Media);

    /// <summary>Media that came earlier, oldest first.</summary>
    public IEnumerable<MediaContent> EarlierMedia => _items.Take(Math.Max(_prompt, 0)).OfType<Shown>().Select(s => s.Media);

    public IEnumerable<string> Answers => _items.OfType<Answered>().Select(a => a.Text);

    public string? LastSignature => LastIndex<Thought>(_items) is >= 0 and var at ? ((Thought)_items[at]).Signature : null;

    public bool WasNoticeGiven => Answers.Any(a => a.Contains(Notice, StringComparison.Ordinal));

    private IEnumerable<CameBack> ResultsToReport()
    {
        // Results may stand before the prompt that came with them; what an answer followed was told by it.
        var told = LastIndex<Answered>([.. _items.Take(Math.Max(_prompt, 0))]);
        return _items.Skip(told + 1).OfType<CameBack>();
    }

    private static int LastIndex<T>(IReadOnlyList<ConversationItem> items)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (items[i] is T)
            {
                return i;
            }
        }

        return -1;
    }
}
