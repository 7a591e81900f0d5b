using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Events;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Events;

public sealed class EventFrameTests
{
    [Fact]
    [Rule("SE-2")]
    public void The_name_of_a_frame_is_the_event_type_of_its_payload() =>
        Assert.Equal(
            "event: step.stop\ndata: {\"event_type\":\"step.stop\",\"event_id\":\"1-4\",\"index\":2}\n\n",
            Frames.Text(Frames.Of(new StepStopEvent { EventId = "1-4", Index = 2 })));

    [Fact]
    public void What_was_written_is_read_again()
    {
        var value = new StatusUpdateEvent { EventId = "1-2", InteractionId = "int_1", Status = InteractionStatus.InProgress };

        Assert.Equal(value, EventFrame.Read(Frames.Of(value)));
    }

    [Theory]
    [InlineData("line\nbreak\r\n\r\nand: data: [DONE]")]
    [InlineData("\u2028\u2029\u0085\0\u001f")]
    [InlineData("日本語 🎈 <b>&amp;</b> \"quoted\" \\")]
    [InlineData("")]
    public void No_text_breaks_out_of_its_line(string text)
    {
        var frame = Frames.Of(Frames.Delta(text));

        Assert.Equal(3, frame.Count(b => b == '\n'));
        Assert.Equal(frame.Length, EventFrame.SkipFrames(frame, 1));
        Assert.DoesNotContain((byte)'\r', frame);
        Assert.Equal(text, Assert.IsType<TextDelta>(Assert.IsType<StepDeltaEvent>(EventFrame.Read(frame)).Delta).Text);
    }

    [Fact]
    public void Free_JSON_with_line_breaks_stays_in_one_line()
    {
        var result = JsonElement.Parse("{\n\n\"a\":\r\n[1,\n\n2]}");
        var frame = Frames.Of(new StepStartEvent { Index = 0, Step = new FunctionResultStep { CallId = "call_1", Result = result } });

        Assert.Equal(3, frame.Count(b => b == '\n'));
        var step = Assert.IsType<FunctionResultStep>(Assert.IsType<StepStartEvent>(EventFrame.Read(frame)).Step);
        Assert.True(JsonElement.DeepEquals(result, step.Result));
    }

    [Fact]
    [Rule("BG-8")]
    public void Heartbeats_and_the_end_mark_are_no_events()
    {
        byte[] stream = [.. EventFrame.Heartbeat, .. Frames.Of(Frames.Delta("a")), .. EventFrame.Heartbeat, .. EventFrame.Done];

        Assert.Null(EventFrame.Read(EventFrame.Heartbeat));
        Assert.Null(EventFrame.Read(EventFrame.Done));
        Assert.Single(EventFrame.ReadAll(stream));
    }

    [Fact]
    public void Frames_are_skipped_by_count()
    {
        var parts = new[] { Frames.Of(Frames.Delta("first")), Frames.Of(Frames.Delta("second\n\n")), Frames.Of(Frames.Delta("third")) };
        byte[] all = [.. parts.SelectMany(p => p)];

        Assert.Equal(0, EventFrame.SkipFrames(all, 0));
        Assert.Equal(parts[0].Length, EventFrame.SkipFrames(all, 1));
        Assert.Equal(parts[0].Length + parts[1].Length, EventFrame.SkipFrames(all, 2));
        Assert.Equal(all.Length, EventFrame.SkipFrames(all, 3));
        Assert.Equal(all.Length, EventFrame.SkipFrames(all, 4));
        Assert.Equal(0, EventFrame.SkipFrames([], 1));
    }

    [Fact]
    public void Every_event_of_a_stretch_is_read_in_order()
    {
        var texts = Enumerable.Range(0, 50).Select(i => new string('x', i * 7)).ToArray();

        var read = EventFrame.ReadAll(Frames.Of(texts.Select(t => Frames.Delta(t))));

        Assert.Equal(texts, read.Select(e => ((TextDelta)((StepDeltaEvent)e).Delta).Text));
    }

    [Fact]
    public void Frames_written_on_many_threads_do_not_mix() =>
        Assert.All(
            Enumerable.Range(0, 64).AsParallel().WithDegreeOfParallelism(4).Select(i => (Text: $"text {i}", Frame: Frames.Of(Frames.Delta($"text {i}")))).ToArray(),
            made => Assert.Contains(made.Text, Encoding.UTF8.GetString(made.Frame), StringComparison.Ordinal));
}
