using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Processes;

/// <summary>
/// A shell session: each command is a bash of its own, which takes directory and exported variables from a file and leaves them there at its end. So a command that
/// hangs, or is killed, takes nothing with it but its own changes.
/// </summary>
internal static class SessionShell
{
    // $0 is the file, $1 the command, $2 what is to be said first, the rest are names of variables that this request sets. The file is the agent's own: it can do with it what it could do anyway.
    private const string Script = """
        __oi_state=$0 __oi_command=$1 __oi_note=$2; shift 2
        [ -z "$__oi_note" ] || printf '%s\n' "$__oi_note" >&2
        declare -A __oi_pinned=()
        for __oi_name in "$@"; do __oi_pinned[$__oi_name]=${!__oi_name}; done
        set --
        if [ -r "$__oi_state" ]; then
          while IFS= read -r __oi_name; do unset -v "$__oi_name" 2>/dev/null; done < <(compgen -e)
          . "$__oi_state"
          for __oi_name in "${!__oi_pinned[@]}"; do export "$__oi_name=${__oi_pinned[$__oi_name]}"; done
        fi
        unset -v __oi_name __oi_pinned __oi_note
        __oi_keep() { { declare -px; printf 'cd -- %q 2>/dev/null\n' "$PWD"; } >"$__oi_state.$$" && mv -f -- "$__oi_state.$$" "$__oi_state"; }
        trap __oi_keep EXIT
        eval "$__oi_command"
        """;

    public static string[] Wrap(ExecMessage message)
    {
        var directory = Environment.GetEnvironmentVariable("OI_SESSIONS") ?? "/var/tmp/.oi-sessions";
        var note = Note(directory);
        // A name of the server's making, but nothing is lost by looking.
        if (message.Session.Length > 64 || message.Session.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
        {
            throw new FrameException("A session has a name that sessions cannot have.");
        }

        return ["bash", "--noprofile", "--norc", "-c", Script, Path.Combine(directory, message.Session), message.Arguments[0], note, .. message.Pinned];
    }

    // The directory is where the agent may do what it likes, and so it may be no directory any more.
    private static string Note(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(directory);
                Directory.CreateDirectory(directory);
                return $"[{directory} was no directory: the shell begins anew, without the directory and the variables of the last call.]";
            }
            catch (Exception again) when (again is IOException or UnauthorizedAccessException)
            {
                return $"[{directory} cannot be made: directory and variables are not kept from call to call.]";
            }
        }
    }
}
