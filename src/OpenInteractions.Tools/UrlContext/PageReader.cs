using System.Net;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.UrlContext.Http;
using OpenInteractions.Tools.UrlContext.Robots;

namespace OpenInteractions.Tools.UrlContext;

/// <summary>Reads one address for one project: its rules for robots, what is kept of it, the page itself, and its text.</summary>
internal sealed class PageReader(OutboundGuard guard, PageFetch fetch, PageCache cache, RobotsFiles robots, IOptions<UrlContextOptions> settings, TimeProvider time) : IDisposable
{
    private readonly UrlContextOptions _options = settings.Value;

    // Pages are parsed on as many threads as there are processors: a turn with large pages must not hold up the others.
    private readonly ReadingPlaces _parsing = new(Environment.ProcessorCount);

    /// <summary>Never throws but when the run ends: what goes wrong is a page with the status that says so.</summary>
    public async Task<Page> ReadAsync(string url, ToolScope scope, CancellationToken cancellationToken)
    {
        if (url.Length > OutboundGuard.MaxUrlLength)
        {
            return Page.Failed(url[..OutboundGuard.MaxUrlLength], $"An address has at most {OutboundGuard.MaxUrlLength} characters.");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return Page.Failed(url, "It is no absolute http or https address.");
        }

        if (guard.FaultOf(uri) is { } fault)
        {
            return Page.Failed(url, $"The address was refused: {fault}.", PageStatus.Unsafe);
        }

        using var timer = new CancellationTokenSource(_options.PageTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return ForModel(await FindAsync(uri, url, scope, either.Token), scope);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            return Page.Failed(url, $"It took longer than {_options.PageTimeout.TotalSeconds:0.#} seconds.");
        }
        catch (OutboundRefusedException refused)
        {
            return Page.Failed(url, refused.Message, refused.IsUnsafe ? PageStatus.Unsafe : PageStatus.Error);
        }
        catch (UnreadableDocumentException unreadable)
        {
            return Page.Failed(url, unreadable.Message);
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException)
        {
            return Page.Failed(url, "The site's certificate is not valid.", PageStatus.Unsafe);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // Not logged: the words of the HTTP client name the address, which is an argument of the model's.
            return Page.Failed(url, "The site could not be reached, or the connection broke before the page was whole.");
        }
    }

    public void Dispose() => _parsing.Dispose();

    private async Task<Page> FindAsync(Uri uri, string url, ToolScope scope, CancellationToken cancellationToken)
    {
        var plain = new UriBuilder(uri) { Fragment = "" }.Uri; // the site never sees the fragment
        if (!await robots.AllowsAsync(scope.Project, plain, cancellationToken))
        {
            return Page.Failed(url, "The site's robots.txt does not allow it to be read.");
        }

        var kept = cache.Find(scope.Project, plain);
        if (kept is { IsFresh: true })
        {
            return Named(kept.Page, plain, url);
        }

        var fetched = await fetch.GetAsync(plain, kept?.Validators, cancellationToken);
        if (fetched.Status == HttpStatusCode.NotModified && kept is not null && fetched.Url != kept.Validators.Url)
        {
            // It redirects elsewhere now, and that page took the other one's mark for its own.
            fetched = await fetch.GetAsync(plain, validators: null, cancellationToken);
        }

        if (fetched.Url != plain && !await robots.AllowsAsync(scope.Project, fetched.Url, cancellationToken))
        {
            return Page.Failed(url, "It redirects to a page that its site's robots.txt does not allow to be read.");
        }

        if (fetched.Status == HttpStatusCode.NotModified && kept is not null)
        {
            cache.Keep(scope.Project, plain, kept.Page, fetched with { Validators = kept.Validators });
            return Named(kept.Page, plain, url);
        }

        var page = await ConvertAsync(fetched, cancellationToken);
        cache.Keep(scope.Project, plain, page, fetched);
        return Named(page, plain, url);
    }

    // As the model wrote it, unless it led elsewhere.
    private static Page Named(Page page, Uri asked, string url) => page.Url == asked.AbsoluteUri ? page with { Url = url } : page;

    private async Task<Page> ConvertAsync(FetchedPage fetched, CancellationToken cancellationToken)
    {
        var url = fetched.Url.AbsoluteUri;
        switch ((int)fetched.Status)
        {
            case 402:
                return Page.Failed(url, "The page is for those who pay for it (HTTP 402).", PageStatus.Paywall);
            case 204 or 205:
                return Page.Failed(url, $"The page is empty (HTTP {(int)fetched.Status}).");
            case < 200 or >= 300:
                return Page.Failed(url, $"The site answered with HTTP {(int)fetched.Status}.");
        }

        return await _parsing.RunAsync(() => PageContent.Read(fetched, _options.MaxMediaBytes, cancellationToken), cancellationToken);
    }

    /// <summary>The page for the model that will see it; another one, to which a cached page is shown, may take what this one does not.</summary>
    private static Page ForModel(Page page, ToolScope scope) => page.Media is { } media && scope.MediaFault(media) is { } fault
        ? Page.Failed(page.Url, $"It is of the type {media.MimeType}, and the model that is asked does not take {fault}. {page.Remark}".TrimEnd())
        : page;
}
