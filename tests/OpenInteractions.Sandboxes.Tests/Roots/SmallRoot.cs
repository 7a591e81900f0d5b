using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Tests.Roots;

/// <summary>A system with a shell and a handful of programs, copied from this machine with the libraries that they load: what packages would bring, without the minutes that they take.</summary>
internal static class SmallRoot
{
    public const string Marker = "oi-of-this-root";

    // The init's runtime loads the last ones by itself.
    private const string Copy = """
        set -eu
        root=$1; shift
        mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/etc/ssl/certs" "$root/var/lib/dpkg"
        for link in bin lib lib64; do ln -s "usr/$link" "$root/$link"; done
        for program in setpriv bash sh cat ls id grep unshare mount chroot head tail wc sleep seq stat rm sync echo true readlink; do cp -L "$(type -P $program)" "$root/usr/bin/"; done
        find "$root/usr/bin" -type f | while read -r program; do ldd "$program" 2>/dev/null | grep -o '/[^ ]*' || :; done | sort -u >"$root/libraries"
        ldconfig -p | grep -E 'libstdc\+\+\.so\.6|libgcc_s\.so\.1|libm\.so\.6|libdl\.so\.2|librt\.so\.1|libpthread\.so\.0|libz\.so\.1' | grep -o '/[^ ]*$' >>"$root/libraries"
        sort -u "$root/libraries" | while read -r library; do mkdir -p "$root$(dirname "$library")"; cp -L "$library" "$root$library"; done
        rm "$root/libraries"
        printf '#!/bin/bash\necho inside\n' >"$root/usr/bin/oi-of-this-root"
        chmod 755 "$root/usr/bin/oi-of-this-root"
        printf 'trusted by this root\n' >"$root/etc/ssl/certs/ca-certificates.crt"
        printf 'Package: bash\nStatus: install ok installed\nVersion: 5.2-copied\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n' >"$root/var/lib/dpkg/status"
        """;

    /// <summary>A program that is called as mmdebstrap is.</summary>
    /// <param name="directory">Where it is written.</param>
    /// <param name="before">What it does first.</param>
    public static string Bootstrap(string directory, string before = "")
    {
        var path = Path.Combine(directory, $"bootstrap-{Guid.NewGuid():N}");
        File.WriteAllText(path, $$"""
            #!/bin/bash
            set -eu
            printf '%s\n' "$@" >"{{directory}}/arguments"
            {{before}}
            while [ "${1#-}" != "$1" ]; do [ "$1" != --format=tar ] || tar=yes; shift; done
            target=$2; [ "${tar:-no}" = no ] || target=$2.files
            echo 'I: installing packages...' >&2
            bash -c '{{Copy.Replace("'", "'\\''", StringComparison.Ordinal)}}' copy "$target"
            cp "$target/usr/bin/id" "$target/usr/bin/oi-set-user-id"; chmod 6755 "$target/usr/bin/oi-set-user-id"
            mkdir -p "$target/etc/apt/apt.conf.d"
            echo 'Acquire::http::Proxy "http://user:password@proxy";' >"$target/etc/apt/apt.conf.d/99mmdebstrap"
            echo 'deb http://user:password@mirror x main' >"$target/etc/apt/sources.list"
            echo 'root:secret' >"$target/etc/shadow"
            [ "${tar:-no}" = no ] || tar -C "$target" -cf "$2" .
            """);
        File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
        return path;
    }

    /// <summary>Its files, and nothing of a build.</summary>
    public static async Task MakeAsync(string root)
    {
        Directory.CreateDirectory(root);
        File.SetUnixFileMode(root, (UnixFileMode)0x1ED);
        await Tool.RunAsync(["bash", "-c", Copy, "copy", root], CancellationToken.None);
    }
}
