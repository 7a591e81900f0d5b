using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Storage;

/// <summary>A step from one version of an engine's schema to the next.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>The migrations of one engine, in order.</summary>
    /// <param name="folder">Before the names of its resources.</param>
    public static IReadOnlyList<Migration> ReadAll(string folder)
    {
        var assembly = typeof(Migration).Assembly;
        var migrations = assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
                var name = resource[folder.Length..^".sql".Length];
                return new Migration(int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, reader.ReadToEnd());
            })
            .ToArray();

        for (var i = 0; i < migrations.Length; i++)
        {
            if (migrations[i].Number != i + 1)
            {
                throw new InvalidOperationException($"Migration {i + 1} is missing or there are two of it.");
            }
        }

        return migrations;
    }
}
