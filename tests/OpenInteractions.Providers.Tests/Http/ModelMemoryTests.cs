using OpenInteractions.Providers.Http;
using OpenInteractions.Testing;

namespace OpenInteractions.Providers.Tests.Http;

public sealed class ModelMemoryTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void The_oldest_lessons_go_when_there_are_too_many_models()
    {
        var memory = new ModelMemory<int>(_time);
        for (var i = 0; i < ModelMemory<int>.Most; i++)
        {
            memory.Learn($"model-{i}", 0, _ => i);
        }

        memory.Learn("model-0", 0, known => known + 100);
        memory.Learn("one", 0, _ => 1);
        memory.Learn("more", 0, _ => 2);

        Assert.Equal([100, null, null, 3, 1, 2], new[] { "model-0", "model-1", "model-2", "model-3", "one", "more" }.Select(m => Known(memory, m)));
        Assert.Equal(ModelMemory<int>.Most, Enumerable.Range(0, ModelMemory<int>.Most).Count(i => Known(memory, $"model-{i}") is not null) + 2);
    }

    [Fact]
    public void A_lesson_ends_an_hour_after_the_last_word_about_its_model()
    {
        var memory = new ModelMemory<int>(_time);
        memory.Learn("a", 1, known => known * 2);
        memory.Learn("b", 1, known => known * 2);
        _time.Advance(TimeSpan.FromMinutes(59));
        memory.Learn("b", 1, known => known * 2);

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([null, 4], new[] { "a", "b" }.Select(m => Known(memory, m)));
        memory.Learn("a", 1, known => known * 3); // it begins anew
        Assert.Equal(3, Known(memory, "a"));
    }

    private static int? Known(ModelMemory<int> memory, string model) => memory.TryGet(model, out var known) ? known : null;
}
