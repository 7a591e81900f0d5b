using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace OpenInteractions.Server.Features;

/// <summary>Where the server is to listen. What cannot be is told before anything is opened, in words that name what to change.</summary>
internal static class ListenAddresses
{
    private const string Form = "must be an address such as http://127.0.0.1:8080";

    /// <summary>Marks the certificate that <c>dotnet dev-certs</c> makes, which the web server falls back on.</summary>
    private const string DevelopmentCertificate = "1.3.6.1.4.1.311.84.1.1";

    /// <summary>What is wrong with the addresses.</summary>
    public static IEnumerable<string> AddressProblems(this IConfiguration configuration)
    {
        foreach (var (setting, address, certificate) in Configured(configuration))
        {
            if (Problem(address) is { } problem)
            {
                yield return $"{setting}: {problem} ('{address}').";
            }
            else if (address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) && !certificate && !HasCertificate(configuration))
            {
                yield return $"{setting}: '{address}' needs a certificate: set Kestrel:Certificates:Default:Path and :Password (or :KeyPath), or listen on http behind a proxy.";
            }
        }

        foreach (var certificate in Certificates(configuration))
        {
            foreach (var file in (string[])["Path", "KeyPath"])
            {
                if (certificate[file] is { Length: > 0 } path && !File.Exists(Path.Combine(AppContext.BaseDirectory, path)))
                {
                    yield return $"{certificate.Path}:{file}: there is no file '{path}' (relative to the program's folder).";
                }
            }
        }

        foreach (var setting in (string[])["http_ports", "https_ports"])
        {
            foreach (var port in Split(configuration[setting]).Where(p => !IsPort(p)))
            {
                yield return $"{setting}: must be ports from 0 to 65535 ('{port}').";
            }
        }

        if (string.IsNullOrEmpty(configuration["urls"]) && !string.IsNullOrEmpty(configuration["https_ports"]) && !HasCertificate(configuration))
        {
            yield return "https_ports: needs a certificate: set Kestrel:Certificates:Default:Path and :Password (or :KeyPath).";
        }
    }

    /// <summary>Refuses to start where another process listens already. Looked at before the store is opened; who is quicker afterwards is told by the web server itself.</summary>
    public static void RequireFreePorts(this IConfiguration configuration)
    {
        foreach (var (setting, address, _) in Configured(configuration))
        {
            var binding = BindingAddress.Parse(address);
            var place = binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
                : IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) ? ip
                : IPAddress.IPv6Any;
            if (binding.IsUnixPipe || binding.Port == 0)
            {
                continue;
            }

            try
            {
                using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                if (place.Equals(IPAddress.IPv6Any))
                {
                    socket.DualMode = true;
                }

                socket.Bind(new IPEndPoint(place, binding.Port));
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable)
            {
                throw new StartRefusedException(exception.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"{setting}: another process listens on '{address}' already. Stop that one, or choose another port with --urls.",
                    SocketError.AccessDenied => $"{setting}: this user may not listen on '{address}'. Choose a port from 1024 on with --urls.",
                    _ => $"{setting}: '{address}' is not an address of this machine. Choose another one with --urls.",
                });
            }
            catch (SocketException)
            {
                // Such as a machine without IPv6: the web server knows how to do without.
            }
        }
    }

    private static IEnumerable<(string Setting, string Address, bool HasCertificate)> Configured(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        return endpoints.Count > 0
            ? endpoints.Select(e => ($"Kestrel:Endpoints:{e.Key}:Url", e["Url"] ?? "", e.GetSection("Certificate").Exists() || e.GetSection("Sni").Exists()))
            : Split(configuration["urls"]).Select(address => ("urls", address, false));
    }

    private static IEnumerable<IConfigurationSection> Certificates(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Certificates").GetChildren().Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e.GetSection("Certificate")));

    private static string? Problem(string address)
    {
        BindingAddress binding;
        try
        {
            binding = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return Form;
        }

        if (binding.Scheme is not ("http" or "https"))
        {
            return Form;
        }

        if (binding.PathBase is { Length: > 0 } and not "/")
        {
            return "must have no path; a proxy in front can add one";
        }

        if (binding.IsUnixPipe)
        {
            return null;
        }

        // The framework takes what is no number for a part of the name, and listens everywhere.
        if (binding.Port is < 0 or > 65535 || (binding.Host.Contains(':') && !binding.Host.StartsWith('[')))
        {
            return "must have a port from 0 to 65535";
        }

        return binding.Port == 0 && binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            ? "cannot have port 0 (any free one) on localhost, which is two addresses; write 127.0.0.1"
            : null;
    }

    private static bool HasCertificate(IConfiguration configuration)
    {
        if (configuration.GetSection("Kestrel:Certificates").GetChildren().Any())
        {
            return true;
        }

        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        try
        {
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false; // there is no store
        }

        return store.Certificates.Any(c => c.HasPrivateKey && c.Extensions.Any(e => e.Oid?.Value == DevelopmentCertificate));
    }

    private static bool IsPort(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535;

    private static string[] Split(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
