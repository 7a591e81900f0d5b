using OpenInteractions.Bench.Load;

namespace OpenInteractions.Bench.Rows;

/// <summary>Floor and server measured in turns, A B B A A B …: what the machine does meanwhile hits both, and a drift cancels out.</summary>
internal sealed class Pairs<T>
{
    private readonly List<(T Floor, T Server)> _rounds = [];

    private Pairs()
    {
    }

    public static async Task<Pairs<T>> MeasureAsync(int rounds, Func<Task<T>> floor, Func<Task<T>> server)
    {
        var pairs = new Pairs<T>();
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0)
            {
                var first = await floor();
                pairs._rounds.Add((first, await server()));
            }
            else
            {
                var first = await server();
                pairs._rounds.Add((await floor(), first));
            }
        }

        return pairs;
    }

    /// <summary>The median of the rounds' own ratios: neighbours in time are compared with each other.</summary>
    public double Ratio(Func<T, double> figure) => Samples.Median(_rounds.Select(round => figure(round.Server) / figure(round.Floor)));

    public double Floor(Func<T, double> figure) => Samples.Median(_rounds.Select(round => figure(round.Floor)));

    public double Server(Func<T, double> figure) => Samples.Median(_rounds.Select(round => figure(round.Server)));

    public IEnumerable<T> OfServer => _rounds.Select(round => round.Server);

    public IEnumerable<T> OfFloor => _rounds.Select(round => round.Floor);
}
