using System.Net;

namespace OpenInteractions.Tools.UrlContext.Http;

/// <summary>What a site answered.</summary>
/// <param name="Url">Where the last redirect led.</param>
/// <param name="Status">Its status.</param>
/// <param name="MediaType">What it says the body is, lower case and without parameters; null when it says nothing.</param>
/// <param name="Charset">How it says the text is encoded, or null.</param>
/// <param name="Body">The body, decompressed; empty unless the status is a success.</param>
/// <param name="Validators">By which it is asked whether the page has changed.</param>
/// <param name="Freshness">How long it may be taken without asking.</param>
internal sealed record FetchedPage(Uri Url, HttpStatusCode Status, string? MediaType, string? Charset, ReadOnlyMemory<byte> Body, Validators Validators, Freshness Freshness);

/// <summary>The marks of a version of a page (RFC 9110, 13.1).</summary>
/// <param name="Url">The page that has them, behind all redirects.</param>
/// <param name="ETag">As the site wrote it.</param>
/// <param name="LastModified">As the site wrote it.</param>
internal sealed record Validators(Uri Url, string? ETag, string? LastModified)
{
    public bool Any => ETag is not null || LastModified is not null;
}
