using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Accepts a turn, starts its run, and gives the caller what he asked for: the end, the stream, or the id (behaviour TR-1, BG-1, SE-1).</summary>
public sealed partial class CreateInteraction
{
    /// <summary>
    /// How long a stream waits for the model before it is opened: what the provider refuses at once is an ordinary HTTP error that clients know how
    /// to retry, and an id that never left the server need not be kept.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly ModelCatalog _catalog;
    private readonly ConversationChain _chain;
    private readonly ToolKinds _tools;
    private readonly StructuredOutput _structured;
    private readonly OutboundGuard _guard;
    private readonly AgentRequests _agents;
    private readonly EnvironmentBinding _environments;
    private readonly IInteractionStore _store;
    private readonly IRunQueue _queue;
    private readonly KeptRequests _requests;
    private readonly RunExecutor _executor;
    private readonly RunWorker _worker;
    private readonly RunLimits _limits;
    private readonly RunBacklog _backlog;
    private readonly RunRegistry _registry;
    private readonly EventStreams _streams;
    private readonly InteractionId _ids;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly RunOptions _options;

    /// <summary>Made by the container.</summary>
    public CreateInteraction(
        ModelCatalog catalog,
        ConversationChain chain,
        ToolKinds tools,
        StructuredOutput structured,
        OutboundGuard guard,
        AgentRequests agents,
        EnvironmentBinding environments,
        IInteractionStore store,
        IRunQueue queue,
        KeptRequests requests,
        RunExecutor executor,
        RunWorker worker,
        RunLimits limits,
        RunBacklog backlog,
        RunRegistry registry,
        EventStreams streams,
        InteractionId ids,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        IOptions<RunOptions> options)
    {
        (_catalog, _chain, _tools, _structured, _store, _queue, _executor, _worker) = (catalog, chain, tools, structured, store, queue, executor, worker);
        (_requests, _guard, _agents, _environments, _limits, _backlog) = (requests, guard, agents, environments, limits, backlog);
        (_registry, _streams, _ids, _lifetime, _time, _options) = (registry, streams, ids, lifetime, time, options.Value);
    }

    /// <summary>Runs one create.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="request">The request, each field of which is valid by itself.</param>
    /// <param name="mark">What the request is known by when it comes again, or null.</param>
    /// <param name="gone">The caller has left. A stored run goes on (behaviour ST-20).</param>
    /// <exception cref="ApiException">The request is refused, or a foreground run failed before the model gave anything; nothing is kept.</exception>
    public async Task<CreatedInteraction> ExecuteAsync(Caller caller, CreateInteractionRequest request, IdempotencyMark? mark, CancellationToken gone)
    {
        RequireStored(request, mark);
        if (mark is not null && await _queue.FindEarlierAsync(caller.Project, mark.Key, gone) is { } earlier)
        {
            // Before anything is looked at that may have changed since: the first one was accepted, and has an answer.
            return await RepeatAsync(caller.Project, request, mark, earlier, gone);
        }

        request = _agents.Understand(request);
        RequestRules.Check(request, _tools, _structured);
        _environments.Require(request);
        var plan = await AcceptAsync(caller, request, mark, gone);
        var created = await StartAsync(plan, gone);
        // Asked now and not before: the call may have been the one that taught the provider.
        var ignored = Ignored(plan);
        return ignored.Count == 0 ? created : created with { Ignored = ignored };
    }

    private async Task<CreatedInteraction> StartAsync(RunPlan plan, CancellationToken gone)
    {
        try
        {
            if (plan.Request.Background == true)
            {
                return await InBackgroundAsync(plan, plan.Request.Stream ?? false);
            }

            if (_limits.Enter(plan.Interaction.Project, plan.Provider) is { } slot)
            {
                plan = plan with { Slot = slot };
            }

            return (plan.Request.Stream ?? false) switch
            {
                true when plan.IsStored => await StreamedAsync(plan, gone),
                true => await StreamedUnstoredAsync(plan, gone),
                _ when plan.Mark is not null => await AnsweredOnceAsync(plan, gone),
                _ => await AnsweredAsync(plan, gone),
            };
        }
        catch (CameBeforeException repeated)
        {
            await DiscardEnvironmentAsync(plan);
            return await RepeatAsync(plan.Interaction.Project, plan.Request, plan.Mark!, repeated.Earlier, gone);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !plan.IsStored)
        {
            // Refused. Of a stored interaction only the reading ended: its run goes on when its caller has left.
            await DiscardEnvironmentAsync(plan);
            throw;
        }
    }

    /// <summary>What the model will not be told although the request says it (behaviour TH-5, SA-1).</summary>
    private static IReadOnlyList<string> Ignored(RunPlan plan)
    {
        if (plan is not { Model: { } model, Request: { GenerationConfig: not null } or { SafetySettings: not null } or { ServiceTier: not null } })
        {
            return [];
        }

        var request = ModelRequests.Build(plan, model.Model, []);
        return SamplingSettings.In(request.Config).Any() || OptionalSettings.In(request).Any() ? [.. model.Provider.Ignored(request).Union(plan.LeftOut.Paths)] : [];
    }

    /// <summary>Checks everything that can be checked before the model is asked. Nothing is written, and no earlier turn is read unless there are media in the chain.</summary>
    private async Task<RunPlan> AcceptAsync(Caller caller, CreateInteractionRequest sent, IdempotencyMark? mark, CancellationToken gone)
    {
        var (request, agent) = await _agents.ExpandAsync(caller.Project, sent, gone);
        var parent = request.PreviousInteractionId is { } previous ? await ParentAsync(caller, previous, gone) : null;
        InputRules.RequireRoom(request.Input, _options.MaxSteps);
        InputRules.Check(request.Input, parent is null ? [] : PendingCalls.Read(parent.PendingCalls), parent?.Id);
        await MediaCheck.AddressesAsync(_guard, request.Input!, gone);
        MediaCheck.Sizes(request.Input!, _options.MaxPdfBytes);
        if (ToolKinds.HasServerTools(request.Tools))
        {
            await _tools.RequireNamedAsync(caller.Project, request.Tools, gone);
        }

        var model = await _catalog.ResolveAsync(request.Model!, gone);
        var id = _ids.Next();
        var created = InteractionId.TimeOf(id); // lists stop reading by the order of ids, so both tell the same time
        var own = InputRules.ModalitiesOf(request.Input!.Steps);
        var plan = new RunPlan
        {
            Interaction = new StoredInteraction
            {
                Id = id,
                Project = caller.Project,
                Status = InteractionStatus.InProgress,
                Model = agent is null ? model.PublicId : null,
                Agent = agent?.Id,
                PreviousId = parent?.Id,
                RootId = parent?.RootId ?? id,
                Depth = parent is null ? 0 : parent.Depth + 1,
                Created = created,
                Updated = created,
                ServiceTier = ModelRequests.StandardTier,
                IsBackground = request.Background ?? false,
                ChainModalities = (parent?.ChainModalities ?? 0) | (int)own,
                Settings = SettingsEcho.Write(sent),
                Input = request.Store ?? true ? TurnJson.WriteSteps(request.Input.Steps) : default, // nobody asks for it again
                Labels = request.Labels,
                HasJournal = (request.Background ?? false) || (request.Stream ?? false) || mark is not null,
            },
            Request = request,
            Mark = mark,
            Model = model,
            Provider = model.Provider.Name,
            IsStored = request.Store ?? true,
            TimeLeft = _options.Deadline,
        };
        var asked = ModelRequests.BuildForCheck(plan, model.Model, _tools.NativeTo(model.Model, request.Tools));
        CapabilityCheck.Require(asked, own, (Modalities)(parent?.ChainModalities ?? 0), request.Input);
        model.Provider.RequireTaken(asked);
        await RequireMediaAsync(plan, own, parent, gone);
        plan = plan with { Interaction = plan.Interaction with { ServiceTier = EffectiveTier(asked, model.Provider) } };

        // Last, since it may make one.
        return await _environments.BindAsync(caller, sent, agent, gone) is { } environment
            ? plan with
            {
                Request = request with { Environment = new(environment.Id) },
                Interaction = plan.Interaction with { Settings = SettingsEcho.Write(sent, environment.Id) },
                MadeEnvironment = environment.IsNew ? environment.Id : null,
            }
            : plan;
    }

    /// <summary>What the interaction shows (wire 4, behaviour TI-3); the place in the queue follows the tier that was asked for.</summary>
    private static string EffectiveTier(ModelRequest asked, IModelProvider provider) =>
        asked.ServiceTier == ModelRequests.StandardTier || provider.Ignored(asked).Contains(OptionalSettings.ServiceTier) ? ModelRequests.StandardTier : asked.ServiceTier;

    /// <summary>Types of media are known from the content alone, so a chain with media is read here; it is kept for the run, which needs it anyway.</summary>
    private async Task RequireMediaAsync(RunPlan plan, Modalities own, ParentInteraction? parent, CancellationToken gone)
    {
        var chainHasMedia = parent is not null && ((Modalities)parent.ChainModalities & ~Modalities.Text) != Modalities.None;
        if (((own & ~Modalities.Text) == Modalities.None && !chainHasMedia) || plan.Model!.Provider.MediaFault(plan.Model.Model) is not { } fault)
        {
            return;
        }

        MediaCheck.Input(fault, plan.Request.Input!);
        if (chainHasMedia)
        {
            MediaCheck.Chain(fault, await _chain.LoadAsync(plan.Interaction.Project, parent!.Id, gone));
        }
    }

    private async Task<ParentInteraction> ParentAsync(Caller caller, string id, CancellationToken gone)
    {
        const string Field = "previous_interaction_id";
        var parent = await _store.GetParentAsync(caller.Project, id, gone)
            ?? throw new ApiException(ErrorCode.NotFound, $"There is no interaction '{Excerpt.Of(id)}' for '{Field}': it was never there, was not stored, was deleted, or has expired.", Field);
        if (parent.HasGap)
        {
            throw new ApiException(ErrorCode.NotFound, $"The conversation of '{id}' ('{Field}') cannot be continued: an earlier interaction of it was deleted.", Field);
        }

        return parent.Status switch
        {
            InteractionStatus.Queued or InteractionStatus.InProgress =>
                throw new ApiException(ErrorCode.FailedPrecondition, $"The interaction '{id}' of '{Field}' is {parent.Status.ToWire()}: wait until it has ended before continuing it.", Field),
            InteractionStatus.Failed or InteractionStatus.Cancelled =>
                throw new ApiException(ErrorCode.FailedPrecondition, $"The interaction '{id}' of '{Field}' is {parent.Status.ToWire()} and cannot be continued: continue the one before it.", Field),
            _ => parent,
        };
    }

    private async Task<CreatedInteraction> InBackgroundAsync(RunPlan plan, bool stream)
    {
        var starts = _worker.TryTakePlace();
        if (!starts)
        {
            await _backlog.EnterAsync(plan.Interaction.Project);
        }

        var interaction = starts ? plan.Interaction : plan.Interaction with { Status = InteractionStatus.Queued };
        plan = plan with { Interaction = interaction };
        RunLease? lease;
        try
        {
            lease = await InsertAsync(plan, starts);
        }
        catch
        {
            if (starts)
            {
                _worker.GivePlaceBack();
            }
            else
            {
                _backlog.OnFailed(interaction.Project);
            }

            throw;
        }

        var run = lease is { } held ? _executor.Prepare(plan, held) : null;
        if (run is null)
        {
            _backlog.OnKept(interaction.Project);
            _worker.OnQueued();
        }
        else
        {
            _worker.Watch(run);
        }

        if (!stream)
        {
            return new CreatedInteraction.Accepted(interaction, () => run?.Begin());
        }

        run?.Begin();
        return new CreatedInteraction.Streamed(interaction.Id, _streams.Follow(interaction.Project, interaction.Id, default));
    }

    private async Task<CreatedInteraction> StreamedAsync(RunPlan plan, CancellationToken gone)
    {
        var run = plan.Mark is null ? await StartAheadAsync(plan) : _executor.Start(plan, await InsertAsync(plan, startsNow: true), hasEvents: true);
        await WaitForFirstOutputAsync(run, gone);
        if (run.FirstOutput.Task.IsCompleted && run.Refusal is { } refusal)
        {
            throw await WithdrawAsync(run, refusal);
        }

        return new CreatedInteraction.Streamed(run.Id, _streams.Follow(plan.Interaction.Project, run.Id, run.Log!.Feed));
    }

    /// <summary>
    /// The model is asked while the disk writes: first the question goes out, then this thread writes, with nothing else to do until both have answered.
    /// A request that may have come before is not asked twice: it waits for the disk.
    /// </summary>
    private async Task<ActiveRun> StartAheadAsync(RunPlan plan)
    {
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = _executor.StartAhead(plan, RunLease.First(plan.Interaction.Id, _registry.Owner), kept.Task);
        try
        {
            await InsertAsync(plan, startsNow: true);
        }
        catch
        {
            kept.SetCanceled(CancellationToken.None);
            RunExecutor.Discard(run);
            throw;
        }

        _executor.Confirm(run);
        kept.SetResult();
        return run;
    }

    /// <summary>The caller never saw the id of what was refused at once: nothing of it is kept.</summary>
    private async Task<ApiException> WithdrawAsync(ActiveRun run, ApiException refusal)
    {
        await run.Execution;
        await _store.DeleteAsync(run.Plan.Interaction.Project, run.Id, CancellationToken.None);
        return refusal;
    }

    private async Task<CreatedInteraction> StreamedUnstoredAsync(RunPlan plan, CancellationToken gone)
    {
        var run = _executor.Start(plan, lease: null, hasEvents: true);
        var onGone = gone.Register(() => run.Stop(StopCause.Cancelled));
        _ = run.Execution.ContinueWith(_ => onGone.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await WaitForFirstOutputAsync(run, gone);
        if (run.FirstOutput.Task.IsCompleted && run.Refusal is { } refusal)
        {
            throw refusal;
        }

        return new CreatedInteraction.Streamed(run.Id, _streams.FollowOnly(run.Log!.Feed));
    }

    private async Task WaitForFirstOutputAsync(ActiveRun run, CancellationToken gone)
    {
        try
        {
            await run.FirstOutput.Task.WaitAsync(Grace, _time, gone);
        }
        catch (TimeoutException)
        {
            // The model takes its time: the stream is opened, and what goes wrong now is told in it.
        }
    }

    private async Task<CreatedInteraction> AnsweredAsync(RunPlan plan, CancellationToken gone)
    {
        var run = _executor.Start(plan, lease: null, hasEvents: false);
        try
        {
            // The reading ends with the connection; a stored run goes on and is found in the list.
            var ended = await run.Execution.WaitAsync(gone);
            return new CreatedInteraction.Answered(ended!) { Warning = run.Warning };
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested && !plan.IsStored)
        {
            run.Stop(StopCause.Cancelled);
            throw;
        }
    }

    /// <exception cref="CameBeforeException">The request came before, under the same mark.</exception>
    private async Task<RunLease?> InsertAsync(RunPlan plan, bool startsNow)
    {
        var run = new NewRun
        {
            Request = _requests.Write(plan.Interaction.Id, plan.Request),
            Priority = RunTiers.PriorityOf(plan.Request.ServiceTier ?? ModelRequests.StandardTier),
            Provider = plan.Provider,
            TimeLeft = plan.TimeLeft,
        };
        var owner = startsNow ? _registry.Owner : null;
        try
        {
            if (plan.Mark is not { } mark)
            {
                return await _queue.InsertAsync(plan.Interaction, run, owner, _options.LeaseTime, CancellationToken.None);
            }

            var inserted = await _queue.InsertOnceAsync(plan.Interaction, run, mark, owner, _options.LeaseTime, CancellationToken.None);
            return inserted.Earlier is { } earlier ? throw new CameBeforeException(earlier) : inserted.Lease;
        }
        catch
        {
            plan.Slot?.Dispose(); // nothing of it will run
            throw;
        }
    }

}

/// <summary>What a create gives.</summary>
public abstract record CreatedInteraction
{
    private CreatedInteraction()
    {
    }

    /// <summary>Paths of settings that were left out, because the model does not take them (behaviour TH-5).</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>What the caller should know of an answer that is given as it is (protocols P-10), or null.</summary>
    public string? Warning { get; init; }

    /// <summary>An interaction as it is now.</summary>
    /// <param name="Interaction">The interaction.</param>
    public sealed record Answered(StoredInteraction Interaction) : CreatedInteraction;

    /// <summary>An interaction that was accepted in the background.</summary>
    /// <param name="Interaction">The interaction, which is durable.</param>
    /// <param name="Begin">
    /// Starts its run: to be called in any case, and after the answer was written. A long conversation is a millisecond of work, which nobody who only
    /// wants the id should wait for.
    /// </param>
    public sealed record Accepted(StoredInteraction Interaction, Action Begin) : CreatedInteraction;

    /// <summary>The stream of an interaction.</summary>
    /// <param name="Id">The id, which is durable when the interaction is stored.</param>
    /// <param name="Events">The events.</param>
    public sealed record Streamed(string Id, EventStream Events) : CreatedInteraction;
}
