using OpenInteractions.Engine.Interactions;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Interactions;

public sealed class InteractionIdTests
{
    private readonly ManualTime _time = new();
    private readonly InteractionId _ids;

    public InteractionIdTests() => _ids = new InteractionId(_time);

    [Fact]
    public void The_first_id_of_a_time_parts_what_was_made_before_from_what_was_made_since()
    {
        var before = _ids.Next();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var since = _ids.Next();

        Assert.True(string.CompareOrdinal(before, InteractionId.FirstAt(InteractionId.TimeOf(since))) < 0);
        Assert.True(string.CompareOrdinal(InteractionId.FirstAt(InteractionId.TimeOf(since)), since) < 0);
        Assert.Equal(InteractionId.FirstAt(InteractionId.TimeOf(since)), InteractionId.FirstAt(InteractionId.TimeOf(before).AddTicks(1))); // stored times are whole milliseconds
        Assert.True(string.CompareOrdinal(InteractionId.FirstAt(DateTimeOffset.MinValue), before) < 0);
        Assert.True(string.CompareOrdinal(before, InteractionId.FirstAt(DateTimeOffset.MaxValue)) < 0);
    }

    [Fact]
    public void An_id_has_its_prefix_and_letters_that_are_not_mistaken_for_others() =>
        Assert.All(Enumerable.Range(0, 2000), _ => Assert.Matches("^int_[0-9a-hj-km-np-tv-z]{29}$", _ids.Next()));

    [Fact]
    public void Ids_order_by_time()
    {
        var ids = new List<string>();
        for (var i = 0; i < 3000; i++)
        {
            ids.Add(_ids.Next());
            _time.Advance(TimeSpan.FromMilliseconds(i % 7 * i));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void Ids_of_one_millisecond_order_by_their_making()
    {
        var ids = Enumerable.Range(0, 100_000).Select(_ => _ids.Next()).ToArray(); // more than the count within one holds

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void A_clock_that_steps_back_does_not_bring_ids_out_of_order()
    {
        var first = _ids.Next();
        _time.Advance(TimeSpan.FromHours(-1));

        Assert.True(string.CompareOrdinal(first, _ids.Next()) < 0);
    }

    [Fact]
    public void An_id_tells_when_it_was_made_and_never_an_earlier_time_than_one_before()
    {
        var first = _ids.Next();
        Assert.Equal(_time.GetUtcNow(), InteractionId.TimeOf(first));
        _time.Advance(TimeSpan.FromHours(-1));

        Assert.Equal(InteractionId.TimeOf(first), InteractionId.TimeOf(_ids.Next()));
    }

    [Fact]
    public void A_process_goes_on_behind_the_ids_of_the_one_before_it()
    {
        var newest = _ids.Next();
        _time.Advance(TimeSpan.FromHours(-1));
        var later = new InteractionId(_time);
        later.Continue(newest);

        var next = later.Next();

        Assert.True(string.CompareOrdinal(newest, next) < 0);
        Assert.Equal(InteractionId.TimeOf(newest), InteractionId.TimeOf(next));
    }

    [Fact]
    public void Two_processes_at_the_same_moment_make_different_ids() => Assert.NotEqual(_ids.Next(), new InteractionId(_time).Next());

    [Fact]
    public async Task Ids_made_on_many_threads_are_unique_and_in_order_on_each()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 20_000).Select(_ => _ids.Next()).ToArray())));

        Assert.Equal(160_000, made.SelectMany(m => m).Distinct(StringComparer.Ordinal).Count());
        Assert.All(made, ids => Assert.True(ids.SequenceEqual(ids.Order(StringComparer.Ordinal))));
    }

    [Fact]
    public void The_part_that_cannot_be_guessed_differs_in_every_place()
    {
        var tails = Enumerable.Range(0, 2000).Select(_ => _ids.Next()[^16..]).ToArray();

        Assert.All(Enumerable.Range(0, 16), place => Assert.True(tails.Select(t => t[place]).Distinct().Count() >= 8, $"place {place}"));
    }

    [Fact]
    public void Random_names_are_short_and_unique()
    {
        var names = Enumerable.Range(0, 50_000).Select(_ => InteractionId.Random("call_")).ToArray();

        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names.Take(1000), n => Assert.Matches("^call_[0-9a-hj-km-np-tv-z]{16}$", n));
    }
}
