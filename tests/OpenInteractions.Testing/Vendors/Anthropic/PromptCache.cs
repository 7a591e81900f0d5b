namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>
/// The service's prompt cache: a mark stores the prefix up to it, and a later request reads the longest stored prefix at or
/// up to 20 blocks before one of its own marks. So a prefix that is not stable to the byte never hits.
/// </summary>
internal sealed class PromptCache
{
    private const int LookBack = 20;
    private readonly HashSet<string> _stored = [];

    public (int Fresh, int Written, int Read) Account(Transcript transcript)
    {
        var entries = transcript.Entries;
        var lastMark = -1;
        var hit = -1;
        lock (_stored)
        {
            for (var i = 0; i < entries.Count; i++)
            {
                if (!entries[i].Marked)
                {
                    continue;
                }

                lastMark = i;
                for (var back = i; back >= Math.Max(0, i - LookBack); back--)
                {
                    if (back > hit && _stored.Contains(Key(entries[back])))
                    {
                        hit = back;
                        break;
                    }
                }
            }

            foreach (var entry in entries.Where(e => e.Marked))
            {
                _stored.Add(Key(entry));
            }
        }

        var read = entries.Take(hit + 1).Sum(e => e.Tokens);
        var written = entries.Take(lastMark + 1).Sum(e => e.Tokens) - read;
        return (entries.Skip(Math.Max(lastMark, hit) + 1).Sum(e => e.Tokens), Math.Max(0, written), read);
    }

    private static string Key(Transcript.Entry entry) => Convert.ToHexString(entry.After);
}
