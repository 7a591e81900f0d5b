namespace OpenInteractions.Sandboxes.Init.Processes;

/// <summary>Ends everything that belongs to a command: its session, and what descends from it. What left both is a daemon, and ends with the sandbox.</summary>
internal static class Sessions
{
    private const int MaxRounds = 50;

    public static void Kill(int leader)
    {
        // First stopped, so that nothing forks away while it is looked for; again until nothing new is found.
        var stopped = new HashSet<int>();
        for (var round = 0; round < MaxRounds; round++)
        {
            var found = Find(leader);
            found.ExceptWith(stopped);
            if (found.Count == 0)
            {
                break;
            }

            foreach (var pid in found)
            {
                _ = Native.Kill(pid, Native.SIGSTOP);
            }

            stopped.UnionWith(found);
        }

        foreach (var pid in stopped)
        {
            _ = Native.Kill(pid, Native.SIGKILL);
        }
    }

    private static HashSet<int> Find(int leader)
    {
        var parents = new List<(int Pid, int Parent)>();
        var found = new HashSet<int> { leader };
        foreach (var directory in Processes())
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), out var pid) && pid != Native.GetPid() && TryRead(directory, out var parent, out var session))
            {
                parents.Add((pid, parent));
                if (session == leader)
                {
                    found.Add(pid);
                }
            }
        }

        while (parents.RemoveAll(p => found.Contains(p.Parent) && found.Add(p.Pid)) > 0)
        {
        }

        return found;
    }

    private static string[] Processes()
    {
        try
        {
            return Directory.GetDirectories("/proc");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            return []; // too much is open just now: its leader is stopped at least
        }
    }

    private static bool TryRead(string directory, out int parent, out int session)
    {
        (parent, session) = (0, 0);
        try
        {
            // "pid (name) state ppid pgrp session …"; the name may hold anything, blanks and brackets too.
            var text = File.ReadAllText(directory + "/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ', 5);
            return int.TryParse(fields[1], out parent) && int.TryParse(fields[3], out session);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return false; // gone meanwhile
        }
    }
}
