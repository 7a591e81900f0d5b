namespace OpenInteractions.Testing.Outbound;

/// <summary>Addresses that no caller may reach.</summary>
public static class HostileAddresses
{
    /// <summary>Ways to write an address that is not public, as people try them.</summary>
    public static IReadOnlyList<string> Spellings { get; } =
    [
        // this machine
        "http://127.0.0.1/", "http://127.0.0.1:8080/", "https://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://127.127.127.127/",
        "http://2130706433/", "http://0x7f000001/", "http://0x7F.0x0.0x0.0x1/", "http://0x7f.1/", "http://017700000001/", "http://0177.0.0.1/",
        "http://0177.0.0.0x1/", "http://00000177.0.0.1/", "http://127.0.0.1./", "http://0/", "http://0.0.0.0/", "http://0x0/", "http://localhost/",
        "http://localhost./", "http://LOCALHOST/", "http://api.localhost/", "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/",
        "http://[0000:0000:0000:0000:0000:0000:0000:0001]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
        "http://[::ffff:0:127.0.0.1]/", "http://[64:ff9b::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25lo]/",
        "http://１２７.０.０.１/", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/", "http://%31%32%37.0.0.1/", "http://127.0.0.1%2f@8.8.8.8/", "http:\\\\127.0.0.1\\",

        // the network behind it
        "http://10.0.0.1/", "http://10.1/", "http://167772161/", "http://0x0a000001/", "http://012.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/",
        "http://3232235521/", "http://0xc0.0xa8.0.1/", "http://100.64.0.1/", "http://[fd00::1]/", "http://[fc00::1]/", "http://[fe80::1]/",
        "http://[::ffff:10.0.0.1]/", "http://[64:ff9b:1::10.0.0.1]/", "http://[2001:0:a00:1::]/", "http://198.18.0.1/", "http://192.0.2.1/", "http://224.0.0.1/",
        "http://255.255.255.255/", "http://[ff02::1]/", "http://[2001:db8::1]/",

        // what platforms tell about themselves
        "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.254.43518/",
        "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/",

        // neither a name nor an address
        "http://256.256.256.256/", "http://127.0.0.1.1/", "http://1.2.3.4.5/", "http://0x100000000/", "http://4294967296/", "http://08.0.0.1/", "http://name.0x7f/",

        // with a name in front
        "http://user@127.0.0.1/", "http://user:secret@example.com/", "http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/", "http://127.0.0.1?@example.com/",

        // not the web
        "file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1:6379/", "unix:/run/docker.sock", "data:text/plain,x",
    ];

    /// <summary>The same, with a port wherever none is written and the address ends with its host: a server that listens there would hear of it.</summary>
    public static IEnumerable<string> SpellingsAt(int port) => Spellings.Select(s =>
        s.StartsWith("http://", StringComparison.Ordinal) && s.EndsWith('/') && s.IndexOf('/', "http://".Length) == s.Length - 1 && !s.Contains('@', StringComparison.Ordinal) && !HasPort(s)
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{s[..^1]}:{port}/")
            : s);

    private static bool HasPort(string address) => address.LastIndexOf(':') > Math.Max("http:".Length, address.LastIndexOf(']'));
}
