using OpenInteractions.Testing;
using OpenInteractions.Tools.Documents;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>Readings that take longer than anybody waits, and what they leave for others.</summary>
public sealed class ReadingPlacesTests
{
    [Fact]
    public async Task A_reading_that_does_not_listen_gives_its_place_back_once_and_the_next_one_keeps_it()
    {
        using var places = new ReadingPlaces(1);
        using var stuck = new ManualResetEventSlim();
        await AbandonAsync(places, stuck);

        Assert.Equal(7, await places.RunAsync(() => 7, CancellationToken.None).OrTimeout("the place of the first"));

        await AbandonAsync(places, stuck);
        var waiting = places.RunAsync(() => 8, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        stuck.Set();
        Assert.Equal(8, await waiting.OrTimeout("the place of the second"));
    }

    [Fact]
    public async Task What_goes_wrong_in_a_reading_is_told_and_its_place_is_free()
    {
        using var places = new ReadingPlaces(1);

        await Assert.ThrowsAsync<UnreadableDocumentException>(() => places.RunAsync<int>(() => throw new UnreadableDocumentException("x"), CancellationToken.None));

        Assert.Equal(7, await places.RunAsync(() => 7, CancellationToken.None).OrTimeout("the place"));
    }

    private static async Task AbandonAsync(ReadingPlaces places, ManualResetEventSlim stuck)
    {
        using var leaving = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = places.RunAsync(
            () =>
            {
                begun.SetResult();
                stuck.Wait();
                return 0;
            },
            leaving.Token);
        await begun.Task.OrTimeout("the reading");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }
}
