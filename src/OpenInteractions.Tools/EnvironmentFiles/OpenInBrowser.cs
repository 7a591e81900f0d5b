using System.Globalization;
using System.Text;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.Documents.Html;

namespace OpenInteractions.Tools.EnvironmentFiles;

/// <summary>
/// Opens a page in Chromium inside the run's sandbox: its scripts run, and what it then shows comes back as text and, on demand, as a picture. It reaches what programs inside reach, through the same
/// doors and under the same rules, and trusts whom they trust. Each call is a browser of its own, without memory of those before.
/// </summary>
internal sealed class OpenInBrowser(RunEnvironment environment, string browser, Func<MediaContent, string?> mediaFault) : EnvironmentFunction(environment)
{
    private const int MostMarkup = 4 << 20;
    private const int MostShown = 40_000;
    private const int LargestPicture = 4 << 20;
    private const int LongestUrl = 2048;
    private const int StandardWidth = 1280, LeastWidth = 200, MostWidth = 1920;
    private const int StandardHeight = 1024, LeastHeight = 200, MostHeight = 4096;
    private const int StandardWait = 3, MostWait = 15;

    /// <summary>Until a page that goes on loading is taken as it is.</summary>
    internal TimeSpan Loading { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A browser that does not come to an end by itself is killed then.</summary>
    internal TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(60);

    // Debian's first: what it has in /usr/bin reads settings below /etc, of which a sandbox has none.
    private static readonly string[] Places = ["/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/chromium-headless-shell", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

    // $1 the browser, $2 its directory, $3 and $4 the size, $5 milliseconds for scripts, by the page's own clock, which does not wait, $6 milliseconds for loading, $7 "yes" for a picture, $8 the
    // address. It keeps whom it trusts in a database of its own, and has no walls of its own inside of ours: they would need rights that nothing here has.
    private const string Script = """
        set -u
        umask 077
        browser=$1 dir=$2 url=$8
        export HOME="$dir"
        mkdir -p "$dir/.pki/nssdb" || exit 1
        if [ -n "${NODE_EXTRA_CA_CERTS:-}" ] && command -v certutil >/dev/null; then
          { certutil -N --empty-password -d "sql:$dir/.pki/nssdb" && certutil -A -n environment -t C,, -i "$NODE_EXTRA_CA_CERTS" -d "sql:$dir/.pki/nssdb"; } >/dev/null 2>&1
        fi
        if [ ! -e /etc/fonts/fonts.conf ]; then
          echo '<?xml version="1.0"?><fontconfig><dir>/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>' >"$dir/fonts.conf"
          export FONTCONFIG_FILE="$dir/fonts.conf"
        fi
        picture=
        [ "$7" != yes ] || picture="--screenshot=$dir/picture.png"
        "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-extensions --disable-background-networking --disable-component-update --disable-default-apps --disable-sync \
          --disable-crash-reporter --disable-breakpad --no-first-run --no-pings --mute-audio --hide-scrollbars --user-data-dir="$dir/profile" --disk-cache-dir=/dev/null --window-size="$3,$4" \
          --virtual-time-budget="$5" --timeout="$6" ${http_proxy:+--proxy-server="$http_proxy"} ${picture:+"$picture"} --dump-dom -- "$url" 2>"$dir/log" </dev/null
        status=$?
        grep -ao 'net::ERR_[A-Z0-9_]*' "$dir/log" | grep -v ERR_ABORTED | tail -n 1 >&2
        exit $status
        """;

    public override FunctionTool Declaration { get; } = Declare(
        AgentTools.Browser,
        "Opens a page in a browser inside the sandbox, runs its scripts, and gives back what it shows as text; with 'screenshot' also as a picture. For pages that need scripts, and to look at what you have built: "
            + "http and https as far as the network allows it, also servers of your own on 127.0.0.1, and file:///workspace/….",
        $$"""
        "url":{"type":"string"},"screenshot":{"type":"boolean"},
        "width":{"type":"integer","minimum":{{LeastWidth}},"maximum":{{MostWidth}},"description":"Of the window; {{StandardWidth}} when left out."},
        "height":{"type":"integer","minimum":{{LeastHeight}},"maximum":{{MostHeight}},"description":"Of the window; {{StandardHeight}} when left out."},
        "wait_seconds":{"type":"integer","minimum":0,"maximum":{{MostWait}},"description":"How long scripts run once the page has loaded; {{StandardWait}} when left out."}
        """,
        "\"url\"");

    // What a page's scripts do elsewhere nobody knows.
    public override bool IsRepeatable => false;

    public override CallLimits? Limits => new(Longest + TimeSpan.FromSeconds(30), MostShown + 2000);

    /// <summary>Which browser there is inside; null when there is none.</summary>
    public static async Task<string?> FindAsync(ISandboxFiles files, CancellationToken cancellationToken)
    {
        foreach (var place in Places)
        {
            try
            {
                if ((await files.StatAsync(place, cancellationToken)).Kind is SandboxEntryKind.File or SandboxEntryKind.Link)
                {
                    return place;
                }
            }
            catch (SandboxException exception) when (exception.Kind == SandboxErrorKind.File)
            {
                // Not there.
            }
        }

        return null;
    }

    protected override async Task<JsonElement> RunAsync(ISandbox sandbox, FileArguments arguments, CancellationToken cancellationToken)
    {
        var url = Address(arguments.Require("url"));
        var (width, height, wait) = (Within(arguments, "width", StandardWidth, LeastWidth, MostWidth), Within(arguments, "height", StandardHeight, LeastHeight, MostHeight), Within(arguments, "wait_seconds", StandardWait, 0, MostWait));
        var wantsPicture = arguments.Flag("screenshot");
        if (wantsPicture && mediaFault(new ImageContent { MimeType = "image/png" }) is { } fault)
        {
            throw new FileArgumentException($"This model does not take {fault}: leave 'screenshot' out, and read the text.");
        }

        var directory = $"/tmp/.oi-browser-{Guid.NewGuid():N}";
        try
        {
            var page = await OpenAsync(sandbox, directory, url, [Number(width), Number(height), Number(Math.Max(wait * 1000, 1)), Number((long)Loading.TotalMilliseconds), wantsPicture ? "yes" : "no"], cancellationToken);
            if (!wantsPicture)
            {
                return Text(page);
            }

            using var picture = new MemoryStream();
            var isCut = await sandbox.Files.ReadAsync($"{directory}/picture.png", 0, LargestPicture, picture, cancellationToken);
            return isCut
                ? Text($"{page}\n\n[The picture has more than {Number(LargestPicture)} bytes, the most that is shown. Ask for a smaller window.]")
                : JsonSerializer.SerializeToElement(
                    [new TextContent { Text = page }, new ImageContent { MimeType = "image/png", Data = Convert.ToBase64String(picture.GetBuffer(), 0, (int)picture.Length) }], WireJson.Wire.IReadOnlyListContentBlock);
        }
        finally
        {
            await DiscardAsync(sandbox.Files, directory);
        }
    }

    private async Task<string> OpenAsync(ISandbox sandbox, string directory, Uri url, string[] how, CancellationToken cancellationToken)
    {
        var command = await sandbox.StartAsync(
            new CommandSpec { Arguments = ["sh", "-c", Script, "sh", browser, directory, .. how, url.AbsoluteUri], Environment = CommandSpec.OfSystem, Directory = "/tmp", Timeout = Longest, OutputLimit = MostMarkup }, cancellationToken);
        try
        {
            var (markup, words) = (new MemoryStream(), new StringBuilder());
            await foreach (var piece in command.ReadOutputAsync(cancellationToken))
            {
                if (piece.IsError)
                {
                    words.Append(Encoding.UTF8.GetString(piece.Data.Span));
                }
                else
                {
                    markup.Write(piece.Data.Span);
                }
            }

            var result = await command.Result.WaitAsync(cancellationToken);
            var error = words.ToString().Trim().Split('\n')[^1];
            return (result, error) switch
            {
                ({ TimedOut: true }, _) => throw new FileArgumentException($"The page took more than {Number((long)Longest.TotalSeconds)} seconds, and the browser was killed."),
                (_, ['n', 'e', 't', ':', ':', .. var name]) when markup.Length == 0 || IsErrorPage(markup) => throw new FileArgumentException($"The page did not load: {Excerpt.Of(name, 100)}.{Advice(name)}"),
                ({ ExitCode: not 0 } or { Signal: not 0 }, _) => throw new FileArgumentException(
                    $"The browser ended with {(result.Signal != 0 ? $"signal {result.Signal}" : $"status {result.ExitCode}")}{(result.Signal == 9 || result.ExitCode == 137 ? ": perhaps it used more memory than it may" : "")}."),
                _ => Shown(markup, url, result.OutputDropped > 0, cancellationToken),
            };
        }
        catch (OperationCanceledException)
        {
            await command.SignalAsync(9, CancellationToken.None); // nobody will see it
            throw;
        }
    }

    private static string Shown(MemoryStream markup, Uri url, bool isCut, CancellationToken cancellationToken)
    {
        try
        {
            var reading = HtmlReading.Read(Encoding.UTF8.GetString(markup.GetBuffer(), 0, (int)markup.Length).Replace('\0', '\uFFFD'), url, cancellationToken);
            var text = new StringBuilder().Append(reading.Title ?? "[no title]").Append('\n').Append(url.AbsoluteUri).Append("\n\n");
            text.Append(reading.Text.Length == 0 ? "[The page shows no text.]" : reading.Text.Length <= MostShown ? reading.Text : $"{Excerpt.Of(reading.Text, MostShown)}\n[The page goes on: it has {Number(reading.Text.Length)} characters.]");
            return isCut ? text.Append(CultureInfo.InvariantCulture, $"\n[The page was cut behind {MostMarkup} bytes.]").ToString() : text.ToString();
        }
        catch (UnreadableDocumentException exception)
        {
            throw new FileArgumentException(exception.Message);
        }
    }

    // What the browser shows in place of a page.
    private static bool IsErrorPage(MemoryStream markup) => markup.GetBuffer().AsSpan(0, (int)markup.Length).IndexOf("id=\"main-frame-error\""u8) >= 0;

    private static string Advice(string name) => name switch
    {
        "ERR_CERT_AUTHORITY_INVALID" => " Its certificate is of somebody whom the browser does not trust; where network rules add something for its host, the sandbox's system also needs Debian's package 'libnss3-tools'.",
        "ERR_TUNNEL_CONNECTION_FAILED" or "ERR_CONNECTION_REFUSED" or "ERR_CONNECTION_RESET" or "ERR_CONNECTION_CLOSED" or "ERR_NAME_NOT_RESOLVED" or "ERR_EMPTY_RESPONSE" =>
            " Nobody answers there, or the network of this environment does not allow it.",
        _ => "",
    };

    private static Uri Address(string text) =>
        text.Length <= LongestUrl && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "file" && url.UserInfo.Length == 0
            ? url
            : throw new FileArgumentException($"'url' is no address to open: give one of http, https or file, with {LongestUrl} characters at most and without a password.");

    private static int Within(FileArguments arguments, string name, int standard, int least, int most) => arguments.NumberOf(name) is not { } number ? standard
        : number >= least && number <= most ? number
        : throw new FileArgumentException($"'{name}' is a number from {least} to {most}.");

    private static async Task DiscardAsync(ISandboxFiles files, string directory)
    {
        try
        {
            await files.RemoveAsync(directory, recursive: true, CancellationToken.None);
        }
        catch (SandboxException)
        {
            // It was not made, or the sandbox has ended; /tmp ends with that.
        }
    }
}
