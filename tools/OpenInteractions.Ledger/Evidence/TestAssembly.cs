using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.FileSystemGlobbing;

namespace OpenInteractions.Ledger.Evidence;

/// <summary>
/// Reads which tests of a compiled assembly name which rules. The assembly is only looked at, none of its code runs.
/// What counts is what xunit does: attributes of base classes and of overridden methods are inherited, and a test of an
/// abstract class is a test of each class that derives from it.
/// </summary>
internal static class TestAssembly
{
    private const string Rule = "OpenInteractions.Testing.RuleAttribute";
    private const string Fact = "Xunit.FactAttribute";

    private const BindingFlags Any =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    public static IReadOnlyList<RuledTest> Read(string path)
    {
        using var context = new MetadataLoadContext(new PathAssemblyResolver(Neighbours(path)));
        try
        {
            return [.. context.LoadFromAssemblyPath(path).GetTypes().Where(IsTestClass).SelectMany(TestsOf)];
        }
        catch (Exception error) when (error is BadImageFormatException or IOException or ReflectionTypeLoadException)
        {
            throw new LedgerException($"{path} cannot be read: {error.Message}");
        }
    }

    private static bool IsTestClass(Type type) => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false };

    private static IEnumerable<RuledTest> TestsOf(Type type)
    {
        var ofClass = WithBases(type).SelectMany(RulesOn).ToList();
        foreach (var method in type.GetMethods(Any).Where(method => !method.IsSpecialName))
        {
            var versions = WithOverridden(type, method).ToList();
            var fact = versions.SelectMany(version => version.GetCustomAttributesData()).FirstOrDefault(IsFact);
            var ofMethod = versions.SelectMany(RulesOn).ToList();

            // A rule on a method that is no test is kept: it shows up as a test that never ran.
            string[] rules = [.. (fact is null ? ofMethod : ofMethod.Concat(ofClass)).Distinct().Order(StringComparer.Ordinal)];
            if (rules.Length > 0)
            {
                var isSwitchedOff = fact?.NamedArguments.Any(argument => argument.MemberName == "Skip") is true;
                yield return new RuledTest($"{type.FullName}.{method.Name}", $"{ShortName(type)}.{method.Name}", rules, isSwitchedOff);
            }
        }
    }

    private static IEnumerable<string> RulesOn(MemberInfo member) =>
        from attribute in member.GetCustomAttributesData()
        where attribute.AttributeType.FullName == Rule
        select (string)attribute.ConstructorArguments[0].Value!;

    private static bool IsFact(CustomAttributeData attribute) =>
        WithBases(attribute.AttributeType).Any(type => type.FullName == Fact);

    private static IEnumerable<Type> WithBases(Type type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }

    private static IEnumerable<MethodInfo> WithOverridden(Type type, MethodInfo method)
    {
        yield return method;

        // Reused slot: an override. (This kind of reflection cannot follow an override to its base by itself.)
        if (!method.IsVirtual || method.Attributes.HasFlag(MethodAttributes.NewSlot))
        {
            yield break;
        }

        var parameters = Signature(method);
        foreach (var ancestor in WithBases(type).SkipWhile(ancestor => ancestor != method.DeclaringType).Skip(1))
        {
            foreach (var candidate in ancestor.GetMethods(Any | BindingFlags.DeclaredOnly))
            {
                if (candidate.IsVirtual && candidate.Name == method.Name && Signature(candidate) == parameters)
                {
                    yield return candidate;
                }
            }
        }
    }

    private static string Signature(MethodInfo method) =>
        string.Join(',', method.GetParameters().Select(parameter => parameter.ParameterType.ToString()));

    private static string ShortName(Type type) =>
        type.DeclaringType is { } outer ? $"{ShortName(outer)}.{type.Name}" : type.Name;

    private static IEnumerable<string> Neighbours(string path) =>
        new[]
        {
            Path.GetDirectoryName(path)!,
            RuntimeEnvironment.GetRuntimeDirectory(),
            Path.GetDirectoryName(typeof(Matcher).Assembly.Location)!, // the ASP.NET Core framework
        }.SelectMany(directory => Directory.EnumerateFiles(directory, "*.dll"));
}
