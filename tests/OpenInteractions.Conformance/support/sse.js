const LF = 10;

/**
 * Cuts a stream of bytes into frames, by hand and strictly: a frame is what stands before a blank line, and what stands after the last blank
 * line is no frame. Clients lose it, so a test that looks at `rest` sees what they would lose.
 */
export class FrameReader {
  frames = [];
  #pending = Buffer.alloc(0);

  /** Bytes after the last blank line. */
  get rest() {
    return this.#pending;
  }

  push(bytes) {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    let start = 0;
    for (let at = this.#pending.indexOf('\n\n', start); at >= 0; at = this.#pending.indexOf('\n\n', start)) {
      this.frames.push(parseFrame(this.#pending.subarray(start, at)));
      start = at + 2;
    }

    this.#pending = this.#pending.subarray(start);
    return this;
  }
}

function parseFrame(bytes) {
  const frame = { comments: [], fields: [], text: bytes.toString('utf8'), size: bytes.length + 2 };
  for (const line of splitLines(bytes)) {
    const colon = line.indexOf(':');
    if (colon === 0) {
      frame.comments.push(line.slice(1).trimStart());
    } else {
      frame.fields.push([colon < 0 ? line : line.slice(0, colon), colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')]);
    }
  }

  frame.name = valueOf(frame, 'event');
  frame.data = valueOf(frame, 'data');
  return frame;
}

function* splitLines(bytes) {
  let start = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, start)) {
    yield bytes.subarray(start, at).toString('utf8');
    start = at + 1;
  }

  yield bytes.subarray(start).toString('utf8');
}

const valueOf = (frame, name) => frame.fields.find(([field]) => field === name)?.[1];

/** The events in frames: comments and the end mark left out, payloads parsed. */
export const eventsOf = (frames) => frames.filter((f) => f.data !== undefined && f.data !== '[DONE]').map((f) => JSON.parse(f.data));

/** Reads a whole stream. `cut` is the error when it broke off; what came before is kept. */
export async function readAll(response) {
  const reader = new FrameReader();
  const bytes = [];
  let cut;
  try {
    for await (const chunk of response.body) {
      bytes.push(Buffer.from(chunk));
      reader.push(Buffer.from(chunk));
    }
  } catch (error) {
    cut = error;
  }

  return { frames: reader.frames, events: eventsOf(reader.frames), rest: reader.rest, bytes: Buffer.concat(bytes), cut };
}

/** The events one by one, as they come. */
export async function* follow(response) {
  const reader = new FrameReader();
  let given = 0;
  for await (const chunk of response.body) {
    reader.push(Buffer.from(chunk));
    for (; given < reader.frames.length; given++) {
      yield* eventsOf([reader.frames[given]]);
    }
  }
}
