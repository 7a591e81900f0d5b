using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;

namespace OpenInteractions.Tools.Documents.Office;

/// <summary>The parts of an office document. A few kilobytes can unfold into gigabytes, and XML can name what is to be fetched. So
/// what all parts unfold to is bounded, each is looked at before a tree is made of it, and the large ones become one small tree after the other; nothing is fetched.</summary>
internal sealed class OfficePackage : IDisposable
{
    private const int MaxParts = 20_000;
    private const long MaxUnpacked = 64 * 1024 * 1024;

    // No program nests nearly as deeply. A tree of XML is built in a time that grows with the square of its depth.
    private const int MaxDepth = 256;
    private const int NodesBetweenLooks = 1024;

    // Of one tree. An element of five bytes takes a hundred in memory.
    private const int MaxNodes = 500_000;

    // Of one text or tag. What is longer is no text that anybody wrote.
    private const int MaxPiece = 4_000_000;

    // What reading a part costs that has nothing in it: a list may name the same one again and again.
    private const int CostOfPart = 1024;

    public static readonly XNamespace Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private static readonly XNamespace PackageRelations = "http://schemas.openxmlformats.org/package/2006/relationships";
    private static readonly XNamespace DublinCore = "http://purl.org/dc/elements/1.1/";

    private static readonly XmlReaderSettings Plain = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true };

    private static readonly XmlReaderSettings Streamed = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, CloseInput = true };

    private readonly ZipArchive _zip;
    private readonly CancellationToken _cancelled;
    private long _left = MaxUnpacked;

    private OfficePackage(ZipArchive zip, CancellationToken cancelled) => (_zip, _cancelled) = (zip, cancelled);

    /// <exception cref="UnreadableDocumentException">It is broken.</exception>
    public static OfficePackage Open(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            var zip = new ZipArchive(new MemoryStream(bytes.ToArray(), writable: false), ZipArchiveMode.Read);
            return zip.Entries.Count <= MaxParts ? new OfficePackage(zip, cancellationToken) : throw new UnreadableDocumentException("The document has more parts than can be read here.");
        }
        catch (InvalidDataException)
        {
            throw Broken();
        }
    }

    public bool Has(string part) => _zip.GetEntry(part) is not null;

    /// <summary>A part as XML, or null when there is none of this name.</summary>
    /// <exception cref="UnreadableDocumentException">It is broken, too large, or nested too deeply.</exception>
    public XElement? Read(string part)
    {
        if (_zip.GetEntry(part) is not { } entry)
        {
            return null;
        }

        try
        {
            Require(entry, parent: null);
            using var stream = entry.Open();
            using var reader = XmlReader.Create(stream, Plain);
            return XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (Exception exception) when (exception is XmlException or InvalidDataException)
        {
            throw Broken();
        }
    }

    /// <summary>The elements directly below one of a part, each as a tree of its own that is gone before the next comes: parts are as large as their documents.</summary>
    /// <param name="part">The part; there are no elements when there is none of this name.</param>
    /// <param name="parent">What they are in.</param>
    /// <exception cref="UnreadableDocumentException">It is broken, too large, or nested too deeply.</exception>
    public IEnumerable<XElement> ReadEach(string part, XName parent)
    {
        if (_zip.GetEntry(part) is not { } entry)
        {
            yield break;
        }

        XmlReader? reader = null;
        try
        {
            while (Next(entry, parent, ref reader) is { } element)
            {
                _cancelled.ThrowIfCancellationRequested();
                yield return element;
            }
        }
        finally
        {
            reader?.Dispose();
        }
    }

    private XElement? Next(ZipArchiveEntry entry, XName parent, ref XmlReader? reader)
    {
        try
        {
            if (reader is null)
            {
                Require(entry, parent);
                reader = XmlReader.Create(entry.Open(), Streamed);
                while (reader.Read() && !Is(reader, parent))
                {
                    // What stands before it.
                }

                if (reader.EOF || reader.IsEmptyElement)
                {
                    return null;
                }

                reader.Read();
            }

            while (!reader.EOF && reader.NodeType != XmlNodeType.EndElement)
            {
                if (reader.NodeType == XmlNodeType.Element)
                {
                    return (XElement)XNode.ReadFrom(reader);
                }

                reader.Read();
            }

            return null;
        }
        catch (Exception exception) when (exception is XmlException or InvalidDataException)
        {
            throw Broken();
        }
    }

    /// <summary>Goes over a part without holding any of it. A part that is read one element at a time may be as long as it likes, each of its elements may not.</summary>
    private void Require(ZipArchiveEntry entry, XName? parent)
    {
        Spend(CostOfPart);
        using var reader = XmlReader.Create(new BudgetStream(entry.Open(), this), Streamed);
        var buffer = new char[4096];
        for (var (nodes, tree, below) = (0, 0, -1); reader.Read(); nodes++)
        {
            if (reader.Depth > MaxDepth)
            {
                throw new UnreadableDocumentException($"The document is nested more than {MaxDepth} deep, which is more than can be read here.");
            }

            below = parent is not null && below < 0 && Is(reader, parent) ? reader.Depth + 1 : below;
            tree = reader.Depth == below ? 1 : tree + 1 + reader.AttributeCount;
            if (tree > MaxNodes)
            {
                throw new UnreadableDocumentException($"The document has a part with more than {MaxNodes} elements and attributes that belong together, which is more than can be read here.");
            }

            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                RequireShort(reader, buffer);
            }

            if (nodes % NodesBetweenLooks == 0)
            {
                _cancelled.ThrowIfCancellationRequested();
            }
        }
    }

    private static void RequireShort(XmlReader reader, char[] buffer)
    {
        var length = 0;
        while (reader.ReadValueChunk(buffer, 0, buffer.Length) is > 0 and var count)
        {
            length += count;
            if (length > MaxPiece)
            {
                throw TooLong();
            }
        }
    }

    private static bool Is(XmlReader reader, XName name) => reader.NodeType == XmlNodeType.Element && reader.LocalName == name.LocalName && reader.NamespaceURI == name.NamespaceName;

    private void Spend(int bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw new UnreadableDocumentException("The document is larger, when it is unpacked, than can be read here.");
        }
    }

    private static UnreadableDocumentException Broken() => new("The document is broken.");

    private static UnreadableDocumentException TooLong() => new($"The document has a text or a tag of more than {MaxPiece} characters in one piece, which is more than can be read here.");

    /// <summary>Where the relations of a part lead, by their ids: parts of the package by their full names, and addresses outside as they are.</summary>
    public IReadOnlyDictionary<string, string> RelationsOf(string part)
    {
        var slash = part.LastIndexOf('/');
        var folder = part[..(slash + 1)];
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var relation in Read($"{folder}_rels/{part[(slash + 1)..]}.rels")?.Elements(PackageRelations + "Relationship") ?? [])
        {
            if ((string?)relation.Attribute("Id") is { } id && (string?)relation.Attribute("Target") is { } target)
            {
                found[id] = (string?)relation.Attribute("TargetMode") == "External" ? target : Resolve(folder, target);
            }
        }

        return found;
    }

    public string? Title() => Read("docProps/core.xml")?.Element(DublinCore + "title")?.Value.Trim() is { Length: > 0 and <= 500 } title ? title : null;

    public void Dispose() => _zip.Dispose();

    private static string Resolve(string folder, string target)
    {
        if (target.StartsWith('/'))
        {
            return target[1..];
        }

        var names = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var name in target.Split('/'))
        {
            if (name == ".." && names.Count > 0)
            {
                names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("." or ".." or ""))
            {
                names.Add(name);
            }
        }

        return string.Join('/', names);
    }

    /// <summary>What is read of all parts counts together.</summary>
    private sealed class BudgetStream(Stream inner, OfficePackage package) : ReadOnlyStream
    {
        private long _sinceTag;

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            package.Spend(read);

            // A reader holds all of a tag before it tells of it.
            var last = buffer.AsSpan(offset, read).LastIndexOf((byte)'<');
            _sinceTag = last < 0 ? _sinceTag + read : read - last;
            return _sinceTag <= MaxPiece * 4L ? read : throw TooLong();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException("Parts are read synchronously.");

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
