import assert from 'node:assert/strict';
import { cuttingProxy } from '../support/cuttingProxy.js';
import { Fold, madeSteps } from '../support/fold.js';
import { create, get, openCreate, openGet } from '../support/http.js';
import { ended } from '../support/polling.js';
import { scenarios } from '../support/scenario.js';
import { sdk } from '../support/sdk.js';
import { model } from '../support/settings.js';
import { readAll } from '../support/sse.js';

const scenario = scenarios('cut');
const thinking = { thinking_level: 'medium', thinking_summaries: 'auto' };
const tools = ['f', 'g'].map((name) => ({ type: 'function', name, parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } }));
const kinds = [
  ['a thought and text of several scripts', { input: 'echo: Grüße 世界 🙂', generation_config: thinking }],
  ['a thought and two calls', { input: 'call f for "Grüße 🙂" and g for "b"', tools, generation_config: thinking }],
];
const workers = 4;

for (const [kind, body] of kinds) {
  scenario(`${kind}: a replay cut at every byte and resumed is as if uncut`, ['BG-5', 'BG-7', 'BG-9', 'SE-2'], async () => {
    const whole = Fold.of((await readAll(await openCreate(body))).events);
    const { id } = whole;
    assert.deepEqual(whole.steps, madeSteps(await get(id)));
    const positions = await everyPosition(async (bytes, base) => {
      const first = await readAll(await openGet(id, undefined, { base }));
      const fold = Fold.of(first.events);
      if (first.cut) {
        (await readAll(await openGet(id, fold.lastEventId))).events.forEach((event) => fold.add(event));
      }

      assert.deepEqual([fold.steps, fold.status, fold.usage], [whole.steps, whole.status, whole.usage], `cut after ${bytes} bytes`);
      return Boolean(first.cut);
    });
    assert.ok(positions > 1000, `only ${positions} positions`);
  }, { seconds: 180 });
}

scenario('a live stream cut anywhere and resumed while it runs is as if uncut', ['BG-4', 'BG-5', 'BG-9', 'ST-20'], async () => {
  const body = { input: 'count to 12 slowly, 4 ms', generation_config: thinking };
  const known = [];
  for (const background of [true, false]) {
    await inParallel(Array.from({ length: 40 }, (_, i) => 150 + i * 113), async (bytes) => {
      const proxy = await cuttingProxy(() => bytes);
      try {
        const first = await readAll(await openCreate({ ...body, background }, { base: proxy.url }));
        const fold = Fold.of(first.events);
        if (!fold.id) {
          assert.ok(first.cut, 'no event and no cut');
          return;
        }

        known.push(fold.id);
        if (first.cut) {
          (await readAll(await openGet(fold.id, fold.lastEventId))).events.forEach((event) => fold.add(event));
        }

        const stored = await ended(fold.id);
        assert.deepEqual([fold.steps, fold.status, fold.usage], [madeSteps(stored), 'completed', stored.usage], `cut after ${bytes} bytes`);
        assert.equal(fold.steps.at(-1).content[0].text, '1 2 3 4 5 6 7 8 9 10 11 12');
      } finally {
        await proxy.close();
      }
    });
  }

  assert.ok(known.length > 60, `only ${known.length} streams got far enough to be resumed`);
}, { seconds: 120 });

scenario('a reader who is cut again and again arrives', ['BG-5'], async () => {
  const { id } = await create({ input: 'count to 60 slowly, 2 ms', background: true, generation_config: thinking });
  let legs = 0;
  // Each leg lives a little longer than the largest event, so that some progress is always possible.
  const proxy = await cuttingProxy(() => 1100 + (legs++ % 7) * 13);
  try {
    const fold = new Fold();
    for (let done = false; !done && legs < 200;) {
      const leg = await readAll(await openGet(id, fold.lastEventId, { base: proxy.url }));
      leg.events.forEach((event) => fold.add(event));
      done = !leg.cut;
    }

    assert.ok(proxy.cuts > 5, `only ${proxy.cuts} cuts`);
    const stored = await get(id);
    assert.deepEqual([fold.steps, fold.status], [madeSteps(stored), 'completed']);
  } finally {
    await proxy.close();
  }
});

scenario('the SDK, cut anywhere, resumes with last_event_id', ['BG-4', 'BG-5', 'BG-9', 'OP-interactions.get'], async () => {
  let resumed = 0;
  await inParallel(Array.from({ length: 24 }, (_, i) => 400 + i * 157), async (bytes) => {
    let legs = 0;
    const proxy = await cuttingProxy(() => (legs++ === 0 ? bytes : 1300));
    try {
      const { interactions } = sdk(proxy.url);
      const fold = new Fold();
      const background = bytes % 2 === 0;
      let error = await read(await interactions.create({ model, input: 'count to 10 slowly, 3 ms', background, stream: true, generation_config: thinking }), fold);
      if (error && !fold.id) {
        return;
      }

      for (let leg = 0; error && leg < 50; leg++) {
        // Nothing else may break the reading: an event that cannot be read would show here.
        assert.match(error.message, /terminated/);
        resumed++;
        error = await read(await interactions.get(fold.id, { stream: true, last_event_id: fold.lastEventId }), fold);
      }

      const stored = await get(fold.id);
      assert.deepEqual([fold.steps, fold.status], [madeSteps(stored), 'completed'], `cut after ${bytes} bytes`);
    } finally {
      await proxy.close();
    }
  });
  assert.ok(resumed > 20, `only ${resumed} streams were resumed`);
}, { seconds: 120 });

/** Reads a stream of the SDK into the fold; the error it broke off with, or nothing. */
async function read(stream, fold) {
  try {
    for await (const event of stream) {
      fold.add(event);
    }
  } catch (error) {
    return error;
  }

  return undefined;
}

/** Calls `trial(bytes, base)` with a connection that lives for 0, 1, 2, … bytes until one was not cut. */
async function everyPosition(trial) {
  let next = 0;
  let end = Infinity;
  await Promise.all(Array.from({ length: workers }, async () => {
    let bytes = 0;
    const proxy = await cuttingProxy(() => bytes);
    try {
      for (bytes = next++; bytes < end; bytes = next++) {
        if (!await trial(bytes, proxy.url)) {
          end = Math.min(end, bytes);
        }
      }
    } finally {
      await proxy.close();
    }
  }));
  return end;
}

async function inParallel(items, body) {
  const queue = [...items];
  await Promise.all(Array.from({ length: workers }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await body(item);
    }
  }));
}
