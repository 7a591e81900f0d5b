using System.Text;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Contract;

namespace OpenInteractions.Contracts.Tests.Validation;

/// <summary>Whatever is wrong with a body, the answer says where.</summary>
[Rule("TR-4")]
[Rule("ER-6")]
public sealed class BadRequestTests
{
    [Fact]
    public void Every_bad_request_is_refused_and_its_place_is_named()
    {
        var faults = BadRequests.All().Select(Fault).OfType<string>().ToList();

        Assert.True(faults.Count == 0, $"{faults.Count} faults:\n" + string.Join('\n', faults.Take(40)));
    }

    [Fact]
    public void The_bodies_that_they_are_derived_from_are_valid()
    {
        foreach (var (name, json) in RichBodies.All)
        {
            var fault = Record.Exception(() => RequestBody.ReadCreateInteraction(Encoding.UTF8.GetBytes(json)));

            Assert.True(fault is null, $"{name}: {fault?.Message}");
        }
    }

    [Fact]
    public void A_choice_has_at_least_four_hundred_and_every_kind_of_mistake()
    {
        var chosen = BadRequests.Choose(seed: 1);

        Assert.True(chosen.Count >= 400, $"There are {chosen.Count}.");
        Assert.Equal(BadRequests.All().Select(r => r.Mistake).Distinct().Order(), chosen.Select(r => r.Mistake).Distinct().Order());
        Assert.Equal(chosen.Count, chosen.Select(r => r.Name).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_gives_the_same_choice_and_another_gives_another()
    {
        var (first, second, third) = (Bodies(1), Bodies(1), Bodies(2));

        Assert.Equal(first, second);
        Assert.NotEqual(first, third);

        static List<string> Bodies(int seed) => [.. BadRequests.Choose(seed).Select(r => r.Name + Convert.ToHexString(r.Body.Span))];
    }

    private static string? Fault(BadRequest request)
    {
        try
        {
            RequestBody.ReadCreateInteraction(request.Body);
            return $"{request.Name}: accepted: {Encoding.UTF8.GetString(request.Body.Span)}";
        }
        catch (ApiException refused)
        {
            var expected = request.Mistake is "unknown field" ? ErrorCode.ParameterUnknown : refused.Code;
            return refused.Code != expected || ErrorTable.Of(refused.Code).HttpStatus != 400 ? $"{request.Name}: {refused.Code}"
                : request.Path is { } path && (refused.Field != path || !refused.Message.Contains($"'{path}'", StringComparison.Ordinal)) ? $"{request.Name}: expected '{path}' but got '{refused.Field}': {refused.Message}"
                : refused.Message.Length > 2000 ? $"{request.Name}: the message has {refused.Message.Length} characters"
                : null;
        }
        catch (Exception thrown)
        {
            return $"{request.Name}: threw {thrown.GetType().Name}: {thrown.Message}";
        }
    }
}
