using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Workers;
using OpenInteractions.Testing;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Copying;

/// <summary>Fills a store with everything that one can hold, in the forms that are easiest to lose on the way to another engine.</summary>
internal sealed class OddStore(IStorageEngine store, ulong stream = 0)
{
    // Order by UTF-8 is not order by UTF-16; U+0000 is nothing for PostgreSQL, and U+0001 is its escape.
    private static readonly string[] Texts =
    [
        "", "plain", "x\0y", "\0", "\u0001", "\u00010", "\u0001\0\u00011", "ä€", "\U0001F600", "\uFFFD", "\uE000", "line\r\n\tend ", "'; DROP TABLE runs; --", "\\x00", "\\N", new('w', 3000),
    ];

    private static readonly string[] Projects = ["default", "a", "b\0", "\u0001p", "\U0001F600", "\uE000"];

    private readonly Random _random = new((int)(PropertySeed.Seed + stream));

    private static CancellationToken Cancel => CancellationToken.None;

    public async Task FillAsync(int turns, int runs)
    {
        var kept = new List<StoredInteraction>();
        for (var number = 0; number < turns; number += 200)
        {
            var group = Enumerable.Range(number, Math.Min(200, turns - number)).Select(n => NewTurn(n, kept)).ToArray();
            await Task.WhenAll(group.Select(turn => store.Interactions.InsertFinishedAsync(turn, Cancel)));
            kept.AddRange(group);
        }

        for (var number = turns; number < turns + runs; number++)
        {
            await AddRunAsync(NewTurn(number, kept) with { Status = number % 2 == 0 ? InteractionStatus.Queued : InteractionStatus.InProgress, Output = default });
        }

        foreach (var lost in kept.Where((_, at) => at % 97 == 5))
        {
            await store.Interactions.DeleteAsync(lost.Project, lost.Id, Cancel);
        }

        for (var number = 0; number < Math.Min(turns / 10, 40); number++)
        {
            await AddDocumentsAsync($"store-{number}");
            await AddEnvironmentAsync($"env_{number}{Text()}");
            await AddCredentialAsync($"{number}{Text()}");
            await AddWorkerAsync($"wkr_{number}{Text()}");
            await AddAgentAsync($"{number}{Text()}");
            await AddKeyAsync($"key_{number}{Text()}");
        }
    }

    private async Task AddEnvironmentAsync(string id)
    {
        var environment = (await store.Environments.InsertAsync(EnvironmentSample.New(id, "host" + Text(), _random.Next(3) == 0 ? "i" + id : null) with
        {
            Project = Pick(Projects),
            State = Pick(EnvironmentState.Pending, EnvironmentState.Ready, EnvironmentState.Failed),
            Failure = _random.Next(2) == 0 ? null : Text(),
            ForkedFrom = _random.Next(2) == 0 ? null : Text(),
            Generation = _random.NextInt64(),
            FileCount = _random.NextInt64(),
            SizeBytes = _random.NextInt64(),
            Shown = Blob(300, least: 1),
            Sealed = Blob(300, least: 1),
        }, Cancel))!;
        var checkpoint = new StoredCheckpoint
        {
            Project = environment.Project,
            Id = "chk" + id,
            EnvironmentId = id,
            InteractionId = Text(),
            Host = environment.Host,
            Created = Start.AddMinutes(_random.Next()),
            SizeBytes = _random.NextInt64(1L << 50),
        };
        await store.Checkpoints.InsertAsync(checkpoint, Cancel);
        if (_random.Next(3) == 0)
        {
            await store.Environments.DeleteAsync(environment.Project, id, Start.AddDays(1), Cancel);
        }
    }

    private async Task AddWorkerAsync(string id)
    {
        var project = Pick(Projects);
        await store.Workers.InsertAsync(new StoredWorker { Project = project, Id = id, Name = Text(), IsForAll = _random.Next(2) == 0, KeyHash = "hash of " + id, Created = Start }, int.MaxValue, Cancel);
        for (var part = _random.Next(3); part > 0; part--)
        {
            await store.Images.AppendAsync("chk_" + id, part, Blob(3000, least: 1), Cancel);
        }

        if (_random.Next(2) == 0)
        {
            await store.Workers.LeaseAsync(id, Text(), Text(), Ttl, Cancel);
        }

        if (_random.Next(3) == 0)
        {
            Assert.True(await store.Workers.DeleteAsync(project, id, Cancel));
        }
    }

    private async Task AddCredentialAsync(string id)
    {
        var credential = CredentialSample.New(id) with { Project = Pick(Projects), Type = Text(), IsRevoked = _random.Next(2) == 0, Sealed = Blob(300) };
        await store.Credentials.InsertAsync(credential, int.MaxValue, Cancel);
        var kept = (await store.Credentials.GetAsync(credential.Project, id, Cancel))!;
        if (_random.Next(2) == 0)
        {
            Assert.True(await store.Credentials.ChangeAsync(kept with { Sealed = Blob(300) }, Cancel));
        }
        else if (_random.Next(2) == 0)
        {
            Assert.True(await store.Credentials.TryBeginRefreshAsync(kept, Ttl, Cancel));
        }
    }

    private async Task AddAgentAsync(string id)
    {
        var project = Pick(Projects);
        await store.Agents.InsertAsync(AgentSample.New(id) with { Project = project, Sealed = Blob(300) }, int.MaxValue, Cancel);
        for (var changes = _random.Next(5); changes > 0; changes--)
        {
            Assert.True(await store.Agents.ChangeAsync((await store.Agents.GetAsync(project, id, Cancel))! with { Updated = Start.AddHours(changes), Sealed = Blob(300) }, 3, Cancel));
        }
    }

    private async Task AddKeyAsync(string id)
    {
        var key = new ApiKeyEntry { Id = id, Project = Pick(Projects), Sha256 = "hash of " + id, Created = Start.AddMinutes(_random.Next()), Revoked = _random.Next(3) == 0 ? Start : null };
        Assert.True(await store.ApiKeys.InsertAsync(key, Cancel));
        if (_random.Next(3) == 0)
        {
            Assert.Equal(key.Revoked is null, await store.ApiKeys.RevokeAsync(id, Start.AddDays(1), Cancel));
        }
    }

    /// <summary>A store with a document in each state.</summary>
    private async Task AddDocumentsAsync(string id)
    {
        var project = Pick(Projects);
        await store.FileSearchStores.InsertAsync(FileSearchSample.Store(id, project, _random.Next(2) == 0 ? null : "m" + Text()) with { DisplayName = Text() }, Cancel);
        foreach (var state in new[] { "arriving", "pending", "failed", "active", "deleted" })
        {
            var key = new UploadKey(project, id, state);
            var document = FileSearchSample.Document(id, state, project) with { DisplayName = Text(), Metadata = _random.Next(2) == 0 ? [] : [new CustomMetadata("k", Text: Text())] };
            await store.Uploads.BeginAsync(document, int.MaxValue, Ttl, Cancel);
            var content = Blob(2000, least: 1);
            await store.Uploads.AppendAsync(key, 0, content, Ttl, Cancel);
            if (state == "arriving")
            {
                continue;
            }

            await store.Uploads.FinishAsync(key, content.Length, Cancel);
            if (state != "pending")
            {
                await ReadAsync(state);
            }

            if (state == "deleted")
            {
                await store.FileSearchStores.DeleteDocumentAsync(project, id, state, force: true, Cancel);
            }
        }

        while (await store.Documents.ClaimAsync(DocumentWork.Embed, Ttl, Cancel) is { } embedding)
        {
            foreach (var chunk in await store.Documents.ReadUnembeddedAsync(embedding.Lease, -1, 2, Cancel))
            {
                await store.Documents.AddVectorsAsync(embedding.Lease, [(chunk.Id, [_random.NextSingle(), float.NegativeZero, float.MaxValue])], Cancel);
            }
        }
    }

    /// <summary>Documents that wait stay taken by somebody; the one that is meant comes last.</summary>
    private async Task ReadAsync(string state)
    {
        ClaimedDocument? last = null;
        while (await store.Documents.ClaimAsync(DocumentWork.Read, Ttl, Cancel) is { } claimed)
        {
            last = claimed;
        }

        if (state == "failed")
        {
            await store.Documents.FailAsync(last!.Lease, Text(), Cancel);
            return;
        }

        NewChunk[] chunks = [.. Enumerable.Range(0, 3).Select(n => new NewChunk($"{Text()} words {n}", n == 0 ? null : n))];
        await store.Documents.AddChunksAsync(last!.Lease, 0, chunks, Cancel);
        await store.Documents.ActivateAsync(last.Lease, chunks.Length, Cancel);
    }

    private async Task AddRunAsync(StoredInteraction turn)
    {
        var run = new NewRun { Request = Blob(400), Priority = _random.Next(-3, 3), TimeLeft = TimeSpan.FromMilliseconds(_random.NextInt64(250_000_000_000_000)) };
        var owner = turn.Status == InteractionStatus.InProgress ? "node-" + Text() : null;
        var lease = _random.Next(3) == 0
            ? (await store.Runs.InsertOnceAsync(turn, run, new IdempotencyMark(Text() + turn.Id, Text()), owner, Ttl, Cancel)).Lease
            : await store.Runs.InsertAsync(turn, run, owner, Ttl, Cancel);
        if (lease is not { } held)
        {
            return;
        }

        await store.Journal.AppendAsync([.. Enumerable.Range(0, _random.Next(4)).Select(n => new JournalAppend(held, new JournalBatch
        {
            Epoch = 1,
            FirstNumber = (n * 3) + 1,
            LastNumber = (n * 3) + 3,
            Frames = Blob(900),
            Checkpoint = _random.Next(2) == 0 ? default : Blob(60),
        }))], Cancel);
        switch (_random.Next(5))
        {
            case 0:
                await store.Runs.FinishAsync(held, Outcome() with { Output = Blob(500) }, [Batch(1, 1, 9) with { IsCompressed = true }], Cancel);
                break;
            case 1:
                await store.Runs.CancelAsync(turn.Project, turn.Id, Outcome(InteractionStatus.Cancelled), [], Cancel);
                break;
            case 2:
                await store.Interactions.DeleteAsync(turn.Project, turn.Id, Cancel);
                break;
            case 3:
                await store.Runs.ReleaseAsync(held, Cancel);
                break;
        }
    }

    private StoredInteraction NewTurn(int number, List<StoredInteraction> kept)
    {
        var parent = kept.Count > 0 && _random.Next(2) == 0 ? kept[_random.Next(kept.Count)] : null;
        return Finished(number, parent) with
        {
            Project = parent?.Project ?? Pick(Projects),
            Model = _random.Next(4) == 0 ? null : Text(),
            Agent = _random.Next(4) == 0 ? Text() : null,
            Status = Pick(InteractionStatus.Completed, InteractionStatus.Failed, InteractionStatus.Cancelled, InteractionStatus.RequiresAction),
            ChainModalities = _random.Next(),
            ServiceTier = Text(),
            IsBackground = _random.Next(2) == 0,
            Settings = Blob(100),
            Input = number % 500 == 7 ? Blob(3_000_000, least: 2_000_000) : Blob(2000),
            Output = _random.Next(5) == 0 ? default : Blob(2000),
            Usage = _random.Next(5) == 0 ? default : Blob(50),
            PendingCalls = _random.Next(5) == 0 ? Blob(50) : default,
            Labels = _random.Next(3) == 0 ? Enumerable.Range(0, 3).ToDictionary(n => $"{n}{Text()}", _ => Text()) : null,
        };
    }

    private string Text() => Pick(Texts);

    private byte[] Blob(int longest, int least = 0)
    {
        var bytes = new byte[_random.Next(least, longest)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(params T[] items) => items[_random.Next(items.Length)];
}
