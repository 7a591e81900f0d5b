using OpenInteractions.Engine.Secrets;

namespace OpenInteractions.Engine.Environments;

/// <summary>Takes an image as it comes and keeps it in parts.</summary>
internal sealed class ImageParts(ICheckpointImages store, ISecretBox box, string project, string id, long limit, CancellationToken kept) : OneWayStream
{
    public const int PartLength = 1 << 20;

    private readonly byte[] _part = new byte[PartLength];
    private int _filled;
    private int _number;

    /// <summary>Bytes that are kept.</summary>
    public long Kept { get; private set; }

    public override bool CanWrite => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, PartLength - _filled);
            buffer[..count].CopyTo(_part.AsMemory(_filled));
            buffer = buffer[count..];
            _filled += count;
            if (_filled == PartLength)
            {
                await EndAsync();
            }
        }
    }

    /// <summary>Keeps what is left.</summary>
    public async Task EndAsync()
    {
        if (_filled == 0)
        {
            return;
        }

        if (Kept + _filled > limit)
        {
            throw new ImageTooLargeException();
        }

        kept.ThrowIfCancellationRequested();
        await store.AppendAsync(id, _number, box.Seal(CheckpointImages.Purpose(project, id, _number), _part.AsSpan(0, _filled)), kept);
        (Kept, _number, _filled) = (Kept + _filled, _number + 1, 0);
    }
}

/// <summary>Gives an image that is kept in parts.</summary>
internal sealed class ImageReading(ICheckpointImages store, ISecretBox box, string project, string id) : OneWayStream
{
    private ReadOnlyMemory<byte> _part;
    private int _number;

    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_part.IsEmpty)
        {
            if (await store.ReadAsync(id, _number, cancellationToken) is not { } bytes)
            {
                return 0; // the image says whether that was its end
            }

            try
            {
                _part = box.Open(CheckpointImages.Purpose(project, id, _number++), bytes);
            }
            catch (SecretLostException)
            {
                throw new ApiException(ErrorCode.FailedPrecondition, $"The checkpoint '{id}' was sealed with another key than this server's, and cannot be opened.");
            }
        }

        var count = Math.Min(buffer.Length, _part.Length);
        _part[..count].CopyTo(buffer);
        _part = _part[count..];
        return count;
    }
}

/// <summary>The image takes more than it may.</summary>
internal sealed class ImageTooLargeException() : IOException("The image takes more than it may.");
