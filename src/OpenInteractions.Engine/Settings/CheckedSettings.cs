using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OpenInteractions.Engine.Settings;

/// <summary>
/// Reads a class of options from its section and tells everything that is wrong with it by the setting's full name: what cannot be read as the
/// option's type, and what is out of its range. The framework's own binding stops at the first of the former.
/// </summary>
public static class CheckedSettings
{
    /// <summary>Adds options that are read from a section, checked, and reported with all others when the host starts.</summary>
    public static OptionsBuilder<T> AddCheckedOptions<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton(new CheckedSection(section, typeof(T)));
        services.AddSingleton(s => new Checked<T>(s.GetRequiredService<IConfiguration>(), section));
        services.AddSingleton<IConfigureOptions<T>>(s => s.GetRequiredService<Checked<T>>());
        services.AddSingleton<IValidateOptions<T>>(s => s.GetRequiredService<Checked<T>>());
        return services.AddOptions<T>().ValidateOnStart();
    }

    /// <summary>Reads a section into its options. A setting that is wrong keeps its default.</summary>
    /// <returns>What is wrong, each with the name of its setting. Values are not repeated: some are secret.</returns>
    public static IReadOnlyList<string> Read<T>(IConfiguration configuration, string section, T options)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var problems = new List<string>();
        foreach (var property in typeof(T).GetProperties())
        {
            var setting = configuration.GetSection($"{section}:{property.Name}");
            if (!setting.Exists() || (setting.Value is { Length: 0 } && property.PropertyType != typeof(string)))
            {
                continue;
            }

            if (!TryRead(setting, property, options))
            {
                problems.Add($"{section}:{property.Name}: must be {Form(property.PropertyType)}.");
            }
            else if (property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(property.GetValue(options)))
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{section}:{property.Name}: must be between {range.Minimum} and {range.Maximum}."));
            }
        }

        return problems;
    }

    private static bool TryRead(IConfigurationSection setting, PropertyInfo property, object options)
    {
        try
        {
            if (property.PropertyType.IsEnum && int.TryParse(setting.Value, CultureInfo.InvariantCulture, out _))
            {
                return false; // a number would be taken for the word at its place
            }

            if (property.CanWrite)
            {
                property.SetValue(options, setting.Get(property.PropertyType));
            }
            else if (setting.Value is null)
            {
                setting.Bind(property.GetValue(options));
            }
            else
            {
                return false; // one value where a list or a map is meant: the framework would pass over it
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // the framework's words for a value that does not convert
        }
    }

    private static string Form(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(TimeSpan) => "a time such as 00:00:30",
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(int) || t == typeof(long) => "a whole number",
        var t when t == typeof(List<string>) => "a list, with a number behind each name, as in …:0",
        var t when t.IsEnum => $"one of {string.Join(", ", Enum.GetNames(t).Select(JsonNamingPolicy.CamelCase.ConvertName))}",
        _ => "in another form",
    };

    private sealed class Checked<T>(IConfiguration configuration, string section) : IConfigureOptions<T>, IValidateOptions<T>
        where T : class
    {
        private IReadOnlyList<string> _problems = [];

        public void Configure(T options) => _problems = Read(configuration, section, options);

        public ValidateOptionsResult Validate(string? name, T options) =>
            _problems.Count > 0 ? ValidateOptionsResult.Fail(_problems) : ValidateOptionsResult.Success;
    }
}

/// <summary>A section and the class that it is read into.</summary>
/// <param name="Section">The section's name.</param>
/// <param name="Options">The class.</param>
public sealed record CheckedSection(string Section, Type Options);
