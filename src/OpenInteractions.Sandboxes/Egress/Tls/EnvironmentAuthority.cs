using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Sandboxes.Egress.Tls;

/// <summary>
/// The authority of one environment, that its sandbox trusts and nobody else does. Its key never leaves this process's memory; with the environment it is gone.
/// </summary>
internal sealed class EnvironmentAuthority : IDisposable
{
    /// <summary>Longer than an environment is kept unused; a server that starts anew makes another.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    private static readonly TimeSpan LeafLife = TimeSpan.FromDays(7);

    /// <summary>Clocks differ.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    private const int MaxLeaves = 256;

    private readonly TimeProvider _time;
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentDictionary<string, (SslStreamCertificateContext Context, DateTimeOffset Until)> _leaves = new();

    public EnvironmentAuthority(TimeProvider time)
    {
        _time = time;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=OpenInteractions sandbox", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        _certificate = request.CreateSelfSigned(now - Slack, now + Life);
    }

    /// <summary>The certificate, without its key, for the sandbox's bundle.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>A certificate for a host, kept while it is valid.</summary>
    public SslStreamCertificateContext For(CanonicalHost host)
    {
        var now = _time.GetUtcNow();
        if (_leaves.TryGetValue(host.Name, out var leaf) && leaf.Until > now)
        {
            return leaf.Context;
        }

        if (_leaves.Count >= MaxLeaves)
        {
            _leaves.Clear(); // half a millisecond for each that is needed again
        }

        var until = now + LeafLife;
        var context = Issue(host, now, until < _certificate.NotAfter ? until : _certificate.NotAfter);
        _leaves[host.Name] = (context, now + (LeafLife / 2));
        return context;
    }

    public void Dispose() => _certificate.Dispose();

    private SslStreamCertificateContext Issue(CanonicalHost host, DateTimeOffset now, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=OpenInteractions sandbox host", key, HashAlgorithmName.SHA256); // names may be longer than a CN
        var names = new SubjectAlternativeNameBuilder();
        if (host.Address is { } address)
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host.Name);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // a server
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f; // positive
        using var bare = request.Create(_certificate, now - Slack, until, serial);
        return SslStreamCertificateContext.Create(bare.CopyWithPrivateKey(key), additionalCertificates: null, offline: true);
    }
}
