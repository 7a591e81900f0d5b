using System.Buffers.Binary;
using OpenInteractions.Sandboxes.Egress.Secrets;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>The way out of one sandbox: its connections, by the door that they came through.</summary>
internal sealed class SandboxNetwork : ISandboxNetwork
{
    /// <summary>Connections that ask for names. Programs ask by datagrams, which come through one.</summary>
    private const int MaxNameConnections = 32;

    private readonly SandboxNetworks _networks;
    private readonly EgressEnvironment _environment;
    private readonly EgressAudit _audit;
    private readonly EgressInstruments _instruments;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationToken _gone;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyDictionary<string, string> _variables;
    private int _open;
    private int _nameConnections;
    private bool _disposed;

    public SandboxNetwork(SandboxNetworks networks, SandboxNetworkSpec spec, EgressEnvironment environment, EgressAudit audit, EgressInstruments instruments)
    {
        (_networks, _environment, _audit, _instruments) = (networks, environment, audit, instruments);
        _gone = _closed.Token;
        _variables = Placeholders(spec);
        Authority = environment.Authority.Pem;
    }

    public IReadOnlyDictionary<string, string> Variables => _variables;

    public string? Authority { get; }

    public void Replace(SandboxNetworkSpec spec)
    {
        var policy = _networks.Policy(spec);
        _variables = Placeholders(spec);
        _environment.Replace(policy);
        _audit.OnReplaced(spec);
    }

    public async Task ServeAsync(SandboxConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (!TryEnter())
        {
            await connection.Stream.DisposeAsync();
            return;
        }

        _instruments.OnOpened();
        try
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _gone);
            await (connection.Door switch
            {
                SandboxDoor.Dns => ServeNamesAsync(connection.Stream, ended.Token),
                SandboxDoor.Proxy => _environment.ServeAsync(connection.Stream, EgressOrigin.Proxy, ended.Token),
                SandboxDoor.Http => _environment.ServeAsync(connection.Stream, EgressOrigin.Transparent(connection.Address!, 80), ended.Token),
                _ => _environment.ServeAsync(connection.Stream, EgressOrigin.Transparent(connection.Address!, 443), ended.Token),
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || _gone.IsCancellationRequested)
        {
            HalfClose.Abort(connection.Stream);
        }
        catch (Exception e)
        {
            // A fault of the store of secrets, or of ours. Nothing was let out, and the sandbox has other connections.
            HalfClose.Abort(connection.Stream);
            _audit.OnFault(e);
        }
        finally
        {
            await connection.Stream.DisposeAsync();
            _instruments.OnClosed();
            Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            if (_open == 0)
            {
                _idle.TrySetResult();
            }
        }

        await _closed.CancelAsync();
        await _idle.Task;
        _environment.Dispose();
        _closed.Dispose();
    }

    private Dictionary<string, string> Placeholders(SandboxNetworkSpec spec)
    {
        _environment.Placeholders = _environment.Placeholders.Concat(spec.CredentialVariables.Values).ToHashSet();
        return spec.CredentialVariables.ToDictionary(v => v.Key, v => Placeholder.For(v.Value));
    }

    private async Task ServeNamesAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _nameConnections) > MaxNameConnections)
            {
                return;
            }

            using var patience = new Patience(_environment.World.Options.IdleTimeout, _environment.World.Time, cancellationToken);
            const int MaxQuestion = 512;
            var buffer = new byte[2 + MaxQuestion];
            while (await stream.ReadAtLeastAsync(buffer.AsMemory(0, 2), 2, throwOnEndOfStream: false, patience.Token) == 2)
            {
                var length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
                if (length > MaxQuestion || await stream.ReadAtLeastAsync(buffer.AsMemory(0, length), length, throwOnEndOfStream: false, patience.Token) < length)
                {
                    return;
                }

                patience.OnBytes();
                var answer = _environment.AnswerName(buffer.AsSpan(0, length)) ?? [];
                var framed = new byte[2 + answer.Length];
                BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)answer.Length);
                answer.CopyTo(framed, 2);
                await stream.WriteAsync(framed, patience.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The asker has gone, or asked nothing for long.
        }
        finally
        {
            Interlocked.Decrement(ref _nameConnections);
        }
    }

    private bool TryEnter()
    {
        lock (_lock)
        {
            _open += _disposed ? 0 : 1;
            return !_disposed;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_open == 0 && _disposed)
            {
                _idle.TrySetResult();
            }
        }
    }
}
