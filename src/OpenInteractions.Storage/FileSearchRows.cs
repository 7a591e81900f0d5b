using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage;

/// <summary>What both engines read and write of stores of documents in the same way.</summary>
internal static class FileSearchRows
{
    /// <summary>How many chunks and parts one commit erases.</summary>
    public const int ErasePortion = 500;

    /// <summary>How many words of a query are looked up.</summary>
    public const int MostTerms = 64;

    /// <summary>How many vectors are read at a time.</summary>
    public const int VectorPage = 500;

    /// <summary>
    /// How strongly a further occurrence counts, and how strongly the length of a piece (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009). Often 1.2 is taken,
    /// for short texts: a piece of 512 words that says a word ten times is about it, and one that says it twice just mentions it. Measured (docs/tools.md); short pieces lose nothing.
    /// </summary>
    public const double K1 = 2;

    /// <summary>See <see cref="K1"/>.</summary>
    public const double B = 0.75;

    /// <summary>How often a word of the title is counted with each piece.</summary>
    private const int TitleCounts = 2;

    /// <summary>Columns of a document <c>d</c> for <see cref="ReadDocument"/>.</summary>
    public const string Document = "d.number, d.id, d.display_name, d.mime_type, d.size_bytes, d.state, d.failure, d.metadata, d.created_at, d.updated_at";

    /// <summary>Columns of a store <c>s</c> and its documents for <see cref="ReadStore"/>; to be grouped by the store.</summary>
    public const string Store =
        "s.number, s.project, s.id, s.display_name, s.embedding_model, s.created_at, s.updated_at, "
        + "count(CASE WHEN d.state = 'active' THEN 1 END), count(CASE WHEN d.state = 'pending' THEN 1 END), count(CASE WHEN d.state = 'failed' THEN 1 END), "
        + "CAST(coalesce(sum(CASE WHEN d.state IN ('active', 'pending', 'failed') THEN d.size_bytes END), 0) AS bigint)";

    /// <summary>Columns of a claimed document for <see cref="ReadClaimed"/>.</summary>
    public const string Claimed = "number, epoch, mime_type, max_tokens, overlap, attempts, (SELECT embedding_model FROM file_search_stores s WHERE s.number = store)";

    /// <summary>Columns of a chunk <c>c</c>, its document <c>d</c> and its store <c>s</c> for <see cref="ReadChunk"/>.</summary>
    public const string Chunk = "c.number, c.document, c.ordinal, c.page, c.text, d.id, d.display_name, d.metadata, s.id";

    public static FileSearchStore ReadStore<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Number = row.GetInt64(0),
        Project = row.GetString(1),
        Id = row.GetString(2),
        DisplayName = Rows.ReadText(row, 3),
        EmbeddingModel = Rows.ReadText(row, 4),
        Created = Rows.ReadTime(row, 5),
        Updated = Rows.ReadTime(row, 6),
        Active = row.GetInt64(7),
        Pending = row.GetInt64(8),
        Failed = row.GetInt64(9),
        Bytes = row.GetInt64(10),
    };

    public static FileSearchDocument ReadDocument<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Number = row.GetInt64(0),
        Id = row.GetString(1),
        DisplayName = row.GetString(2),
        MimeType = row.GetString(3),
        Bytes = row.GetInt64(4),
        State = row.GetString(5) switch
        {
            "pending" => DocumentState.Pending,
            "active" => DocumentState.Active,
            "failed" => DocumentState.Failed,
            _ => throw new InvalidDataException($"Document {row.GetInt64(0)} has a state that this program does not know."),
        },
        Failure = Rows.ReadText(row, 6),
        Metadata = MetadataJson.Read(row.GetBytes(7)),
        Created = Rows.ReadTime(row, 8),
        Updated = Rows.ReadTime(row, 9),
    };

    public static ClaimedDocument ReadClaimed<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Lease = new DocumentLease(row.GetInt64(0), row.GetInt64(1)),
        MimeType = row.GetString(2),
        Chunking = new Chunking(row.GetInt32(3), row.GetInt32(4)),
        Attempts = row.GetInt32(5),
        EmbeddingModel = Rows.ReadText(row, 6),
    };

    public static Chunk ReadChunk<TRow>(TRow row)
        where TRow : IRow => new()
    {
        Id = row.GetInt64(0),
        Document = row.GetInt64(1),
        Ordinal = row.GetInt32(2),
        Page = row.IsNull(3) ? null : row.GetInt32(3),
        Text = row.GetString(4),
        DocumentName = ResourceNames.OfDocument(row.GetString(8), row.GetString(5)),
        Title = row.GetString(6),
        Metadata = MetadataJson.Read(row.GetBytes(7)),
        Store = ResourceNames.OfStore(row.GetString(8)),
    };

    public static string WorkName(DocumentWork work) => work switch
    {
        DocumentWork.Read => "read",
        DocumentWork.Embed => "embed",
        _ => "erase",
    };

    /// <summary>A term of one store.</summary>
    public static string TermOf(long store, string term) => FormattableString.Invariant($"{store}_{term}");

    /// <summary>
    /// The terms of a piece, for the index of a store. Those of the document's title stand before its own, as if the piece said them: who names a document means its pieces.
    /// They do not make it longer, which would count against it.
    /// </summary>
    public static (string Terms, int Length) TermsOf(long store, string title, string text)
    {
        var own = TextTerms.Of(text).ToArray();
        var titles = Enumerable.Repeat(TextTerms.Of(title).ToArray(), TitleCounts).SelectMany(t => t);
        return (string.Join(' ', titles.Concat(own).Select(term => TermOf(store, term))), own.Length);
    }

    public static byte[] WriteVector(ReadOnlySpan<float> vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return bytes;
    }

    public static ChunkVector ReadVector<TRow>(TRow row)
        where TRow : IRow
    {
        var bytes = row.GetBytes(2).Span;
        var vector = new float[bytes.Length / sizeof(float)];
        if (BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(vector.AsSpan()));
        }
        else
        {
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
            }
        }

        return new ChunkVector(row.GetInt64(0), row.GetInt64(1), vector);
    }
}
