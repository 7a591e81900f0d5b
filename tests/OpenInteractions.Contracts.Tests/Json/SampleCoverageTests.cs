using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;

namespace OpenInteractions.Contracts.Tests.Json;

/// <summary>The samples are complete: a type, a variant or a member that is added to the contract needs one.</summary>
public sealed class SampleCoverageTests
{
    private static readonly HashSet<string> SampledTypes = [.. Sample.All.Select(s => s.TypeName)];

    [Fact]
    public void Every_type_of_the_wire_context_has_a_sample()
    {
        var missing = Sample.ListedTypes.Select(Sample.NameOf).Where(n => !SampledTypes.Contains(n) && n is not nameof(ResponseFormat));

        // A response format of an unknown kind is a bare schema, which has samples of its own.
        Assert.Equal([], missing);
        Assert.Contains(nameof(SchemaResponseFormat), SampledTypes);
    }

    [Fact]
    public void Every_variant_of_every_union_has_a_sample_that_is_read_as_that_variant()
    {
        var seen = new HashSet<Type>(Sample.All.Select(s => s.Read().GetType()));

        var variants = typeof(WireJson).Assembly.GetTypes().Where(t => !t.IsAbstract && Sample.UnionOf(t) is not null);

        Assert.Equal([], variants.Except(seen).Select(v => v.Name));
    }

    [Fact]
    public void Every_member_of_every_contract_type_stands_in_a_sample()
    {
        var seen = new HashSet<(Type, string)>();
        var objects = new HashSet<Type>();
        foreach (var sample in Sample.All)
        {
            Visit(sample.Read(), seen, objects);
        }

        var missing =
            from type in objects
            from property in WireJson.Wire.GetTypeInfo(type)?.Properties ?? []
            where !property.IsExtensionData && !seen.Contains((type, property.Name))
            select $"{type.Name}.{property.Name}";
        Assert.Equal([], missing);
        Assert.Equal([], ReachableObjects().Except(objects).Select(t => t.Name));
    }

    /// <summary>Objects of the contract that the generated context knows, listed or contained.</summary>
    private static IEnumerable<Type> ReachableObjects() =>
        from property in typeof(WireJson).GetProperties()
        where property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(JsonTypeInfo<>)
        let type = property.PropertyType.GetGenericArguments()[0]
        where type.Assembly == typeof(WireJson).Assembly && !type.IsAbstract && WireJson.Wire.GetTypeInfo(type)!.Kind == JsonTypeInfoKind.Object
        select type;

    private static void Visit(object? value, HashSet<(Type, string)> seen, HashSet<Type> objects)
    {
        if (value is IEnumerable items and not string)
        {
            foreach (var item in items)
            {
                Visit(item, seen, objects);
            }
        }

        if (value is null || value.GetType() is var type && type.Assembly != typeof(WireJson).Assembly && !IsPair(type))
        {
            return;
        }

        var info = type.Assembly == typeof(WireJson).Assembly ? WireJson.Wire.GetTypeInfo(type) : null;
        if (info?.Kind == JsonTypeInfoKind.Object)
        {
            objects.Add(type);
            seen.UnionWith(info.Properties.Where(p => p.Get?.Invoke(value) is not null).Select(p => (type, p.Name)));
        }

        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.GetIndexParameters().Length == 0))
        {
            Visit(property.GetValue(value), seen, objects);
        }
    }

    private static bool IsPair(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);
}
