using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>Git repositories over http(s), and tar archives at an address (behaviour EN-3). They are fetched through the guard, and unpacked inside.</summary>
internal sealed class RepositorySource(IHttpClientFactory clients, OutboundGuard guard, IOptions<EnvironmentOptions> options) : IEnvironmentSource
{
    // $1 where it is made, $2 the branch, $3 the commit, $4 the address. The pack is the input. No template means no hooks.
    private const string Clone = """
        set -e
        export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
        git init -q --template= -b "$2" -- "$1"
        cd -- "$1"
        git config remote.origin.url "$4"
        git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'
        [ -n "$3" ] || exit 0
        git index-pack --stdin >/dev/null
        git update-ref "refs/heads/$2" "$3"
        git update-ref "refs/remotes/origin/$2" "$3"
        git -c core.hooksPath=/dev/null reset -q --hard
        """;

    // $1 from, $2 to, which is empty but for $1. Git's own directory comes last: a repository that has it is whole.
    private const string Move = """
        set -e
        find "$1" -mindepth 1 -maxdepth 1 ! -name .git -exec mv -t "$2" -- {} +
        [ ! -e "$1/.git" ] || mv -t "$2" -- "$1/.git"
        rmdir -- "$1"
        """;

    private static readonly string[] ArchiveEnds = [".tar", ".tar.gz", ".tgz"];

    public string Type => "repository";

    public void Check(EnvironmentSource source, string field)
    {
        if (source.Source is not { Length: > 0 })
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value in '{field}.source': it is missing: give the repository's http or https address.", $"{field}.source");
        }

        if (source.Content is not null)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value in '{field}.content': a repository comes from its 'source'. Leave it out.", $"{field}.content");
        }

        guard.Require(source.Source, $"{field}.source");
    }

    public async Task BringAsync(EnvironmentSource source, SourcePlace place, CancellationToken cancellationToken)
    {
        var address = new Uri(source.Source!);
        var files = place.Sandbox.Files;
        if (await IsThereAsync(place, source.Source!, cancellationToken))
        {
            return;
        }

        await files.MakeDirectoryAsync(place.Target, cancellationToken);
        var making = $"{place.Target}/.oi-source-{Guid.NewGuid():N}";
        var fetch = new GitFetch(clients.CreateClient(OutboundHttp.ClientName), address, await place.HeadersFor(address, cancellationToken));
        try
        {
            if (ArchiveEnds.Any(e => address.AbsolutePath.EndsWith(e, StringComparison.OrdinalIgnoreCase)))
            {
                await UnpackAsync(fetch, address, place.Sandbox, making, cancellationToken);
            }
            else
            {
                await CloneAsync(fetch, source.Source!, place.Sandbox, making, cancellationToken);
            }

            await RunAsync(place.Sandbox, ["sh", "-c", Move, "sh", making, place.Target], cancellationToken);
        }
        catch
        {
            await DiscardAsync(files, making);
            throw;
        }
    }

    // It was brought in before, and the note of it was cut.
    private static async Task<bool> IsThereAsync(SourcePlace place, string address, CancellationToken cancellationToken)
    {
        try
        {
            if ((await place.Sandbox.Files.ListAsync(place.Target, recursive: false, pattern: null, limit: 1, cancellationToken)).Items.Count == 0)
            {
                return false;
            }
        }
        catch (SandboxException exception) when (exception is { Kind: SandboxErrorKind.File, Errno: 2 })
        {
            return false;
        }

        var (ok, origin) = await SandboxWork.RunAsync(place.Sandbox, ["git", "config", "--file", $"{place.Target}/.git/config", "remote.origin.url"], TimeSpan.FromSeconds(10), cancellationToken);
        return ok && origin.Trim() == address
            ? true
            : throw GitFetch.Refused($"its target '{Excerpt.Of(place.Target, 100)}' is not empty. Give it a directory of its own, or name it before the sources that go into it");
    }

    private async Task CloneAsync(GitFetch fetch, string address, ISandbox sandbox, string making, CancellationToken cancellationToken)
    {
        var head = await fetch.FindAsync(cancellationToken);
        var command = await sandbox.StartAsync(
            new CommandSpec { Arguments = ["sh", "-c", Clone, "sh", making, head?.Branch ?? "main", head?.Hash ?? "", address], Environment = CommandSpec.OfSystem, Directory = "/", HasInput = true, Timeout = options.Value.SourceTimeout, OutputLimit = 4096 },
            cancellationToken);
        try
        {
            var reading = LastWordsAsync(command, cancellationToken);
            if (head is not null)
            {
                await fetch.ReadPackAsync(head, async (data, gone) => await WriteAsync(command, data, gone), options.Value.MaxSourceBytes, cancellationToken);
            }

            await EndInputAsync(command, cancellationToken);
            var words = await reading;
            Require(await command.Result.WaitAsync(cancellationToken), words);
        }
        finally
        {
            await command.SignalAsync(9, CancellationToken.None);
        }
    }

    private async Task UnpackAsync(GitFetch fetch, Uri address, ISandbox sandbox, string making, CancellationToken cancellationToken)
    {
        using var request = fetch.Request(HttpMethod.Get, address.AbsoluteUri);
        using var answer = await fetch.SendAsync(request, cancellationToken);
        await using var bytes = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await sandbox.Files.MakeDirectoryAsync(making, cancellationToken);
        try
        {
            await using var archive = await UnpackedArchive.OpenAsync(bytes, options.Value.MaxSourceBytes, cancellationToken);
            await sandbox.Files.TarInAsync(making, archive, overwrite: true, options.Value.MaxSourceBytes, cancellationToken);
        }
        catch (SandboxException exception) when (exception is { Kind: SandboxErrorKind.File, Errno: not 28 })
        {
            throw GitFetch.Refused("its archive is none, is too large, or holds what is not unpacked, such as links that lead out of it");
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw GitFetch.Refused("its archive was cut, or is none");
        }
    }

    private static async Task WriteAsync(ISandboxCommand command, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        try
        {
            await command.WriteInputAsync(data, cancellationToken);
        }
        catch (SandboxException exception) when (exception.Kind != SandboxErrorKind.Ended)
        {
            // It reads no more; its end says why.
        }
    }

    private static async Task EndInputAsync(ISandboxCommand command, CancellationToken cancellationToken)
    {
        try
        {
            await command.EndInputAsync(cancellationToken);
        }
        catch (SandboxException exception) when (exception.Kind != SandboxErrorKind.Ended)
        {
            // It has ended.
        }
    }

    private static async Task<string> LastWordsAsync(ISandboxCommand command, CancellationToken cancellationToken)
    {
        var words = "";
        await foreach (var piece in command.ReadOutputAsync(cancellationToken))
        {
            words += System.Text.Encoding.UTF8.GetString(piece.Data.Span);
        }

        return words;
    }

    private static async Task RunAsync(ISandbox sandbox, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (ok, words) = await SandboxWork.RunAsync(sandbox, arguments, TimeSpan.FromMinutes(5), cancellationToken);
        if (!ok)
        {
            throw GitFetch.Refused("it cannot be put in its place: " + Shown(words));
        }
    }

    private static void Require(CommandResult result, string words)
    {
        if (result.ExitCode == 127)
        {
            throw GitFetch.Refused("there is no git in this server's sandboxes. Its operator installs it");
        }

        if (result is not { ExitCode: 0, Signal: 0 })
        {
            throw GitFetch.Refused("git could not unpack it: " + Shown(words));
        }
    }

    private static string Shown(string words) => Excerpt.Of(new string([.. words.Trim().Select(c => char.IsControl(c) ? ' ' : c)]), 200);

    private static async Task DiscardAsync(ISandboxFiles files, string making)
    {
        try
        {
            await files.RemoveAsync(making, recursive: true, CancellationToken.None);
        }
        catch (SandboxException)
        {
            // It was not made, or the sandbox has ended.
        }
    }
}
