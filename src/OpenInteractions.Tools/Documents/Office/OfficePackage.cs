using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;

namespace OpenInteractions.Tools.Documents.Office;

/// <summary>The parts of an office document. A few kilobytes can unfold into gigabytes, and XML can name what is to be fetched: neither happens here.</summary>
internal sealed class OfficePackage : IDisposable
{
    private const int MaxParts = 20_000;
    private const long MaxUnpacked = 64 * 1024 * 1024;

    // No program nests nearly as deeply. A tree of XML is built in a time that grows with the square of its depth.
    private const int MaxDepth = 256;
    private const int NodesBetweenLooks = 1024;

    public static readonly XNamespace Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private static readonly XNamespace PackageRelations = "http://schemas.openxmlformats.org/package/2006/relationships";
    private static readonly XNamespace DublinCore = "http://purl.org/dc/elements/1.1/";

    private static readonly XmlReaderSettings Plain = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true };

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
            throw new UnreadableDocumentException("The document is broken.");
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
            using var unpacked = new MemoryStream();
            using (var stream = new BudgetStream(entry.Open(), this))
            {
                stream.CopyTo(unpacked);
            }

            unpacked.Position = 0;
            RequireFlat(unpacked);
            unpacked.Position = 0;
            using var reader = XmlReader.Create(unpacked, Plain);
            return XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (Exception exception) when (exception is XmlException or InvalidDataException)
        {
            throw new UnreadableDocumentException("The document is broken.");
        }
    }

    private void RequireFlat(Stream part)
    {
        using var reader = XmlReader.Create(part, Plain);
        for (var nodes = 0; reader.Read(); nodes++)
        {
            if (reader.Depth > MaxDepth)
            {
                throw new UnreadableDocumentException($"The document is nested more than {MaxDepth} deep, which is more than can be read here.");
            }

            if (nodes % NodesBetweenLooks == 0)
            {
                _cancelled.ThrowIfCancellationRequested();
            }
        }
    }

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
        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            package._left -= read;
            return package._left >= 0 ? read : throw new UnreadableDocumentException("The document is larger, when it is unpacked, than can be read here.");
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
