import assert from 'node:assert/strict';
import { Fold, madeSteps } from '../support/fold.js';
import { create, get, openCreate, openGet, textOf } from '../support/http.js';
import { ended } from '../support/polling.js';
import { scenarios } from '../support/scenario.js';
import { withServer } from '../support/server.js';
import { serverDll } from '../support/settings.js';
import { follow, readAll } from '../support/sse.js';

const scenario = scenarios('crash');
const skip = serverDll ? false : 'needs a server that may be killed';
const settings = { OpenInteractions__Runs__LeaseTime: '00:00:03', OpenInteractions__Runs__PollInterval: '00:00:00.050' };
const thinking = { thinking_level: 'medium', thinking_summaries: 'auto' };
const counted = (end) => Array.from({ length: end }, (_, i) => i + 1).join(' ');

for (const [how, signal] of [['killed', 'SIGKILL'], ['stopped', 'SIGTERM']]) {
  scenario(`streams that were open when the server was ${how} go on after the restart and fold to the same`, ['SM-5', 'BG-4', 'BG-5', 'BG-9', 'SE-5'], () => withServer({ settings }, async (server) => {
    const base = server.url;
    // Readers that have come differently far, one of them with nothing but the id; every third reads until the connection dies.
    const readers = Array.from({ length: 12 }, (_, i) => ({ wanted: 1 + i * 5, leaves: i % 3 !== 0, background: i % 2 === 0, fold: new Fold(), ids: [] }));
    await Promise.all(readers.map((reader) => readSome(reader, base)));
    await server.kill(signal);
    await Promise.all(readers.map((reader) => reader.gone));
    if (signal === 'SIGKILL') {
      assert.ok(readers.every(({ fold }) => fold.status === 'in_progress'), 'the server lived for too long');
    }

    await server.start();
    for (const { fold, ids } of readers) {
      const rest = await readAll(await openGet(fold.id, fold.lastEventId, { base }));
      assert.equal(rest.cut, undefined);
      rest.events.forEach((event) => {
        fold.add(event);
        ids.push(event.event_id);
      });
      const stored = await get(fold.id, '', { base });
      assert.deepEqual([fold.steps, fold.status, fold.usage], [madeSteps(stored), 'completed', stored.usage]);
      assert.equal(textOf(stored), counted(40));
      assert.equal(new Set(ids).size, ids.length, `an id came twice: ${ids.join(' ')}`);
      assert.deepEqual(Fold.of((await readAll(await openGet(fold.id, undefined, { base }))).events).steps, madeSteps(stored));
    }
  }), { skip, seconds: 120 });
}

scenario('every position of a stream that lived through two crashes can be resumed', ['BG-5', 'BG-7', 'BG-9'], () => withServer({ settings }, async (server) => {
  const base = server.url;
  const { id } = await create({ input: 'count to 50 slowly, 30 ms', background: true, generation_config: thinking }, { base });
  const seen = [];
  for (const wanted of [30, 75]) {
    await eventsUntil(id, seen, wanted, base);
    await server.kill();
    await server.start();
  }

  const rest = await readAll(await openGet(id, seen.at(-1)?.event_id, { base }));
  const events = [...seen, ...rest.events];
  const stored = await ended(id, { base });
  assert.equal(stored.status, 'completed', JSON.stringify(stored.errors));
  assert.equal(textOf(stored), counted(50));
  assert.deepEqual(Fold.of(events).steps, madeSteps(stored));
  for (let at = 0; at < events.length; at++) {
    const again = await readAll(await openGet(id, events[at].event_id, { base }));
    assert.deepEqual(Fold.of([...events.slice(0, at + 1), ...again.events]).steps, madeSteps(stored), `after event ${at}, ${events[at].event_id}`);
  }
}), { skip, seconds: 120 });

scenario('what was accepted ends, once and whole, and what was answered is kept', ['SM-5', 'BG-1', 'ST-1'], () => withServer({ settings }, async (server) => {
  const base = server.url;
  const answered = await create({ input: 'echo: kept' }, { base });
  const accepted = await Promise.all(Array.from({ length: 60 }, (_, i) => create({ input: `count to ${5 + i} slowly, 15 ms`, background: true, labels: { run: 'crash' } }, { base })));
  await server.kill();
  await server.start();
  await server.kill();
  await server.start();
  for (const [i, { id }] of accepted.entries()) {
    const end = await ended(id, { base });
    assert.equal(end.status, 'completed', JSON.stringify(end.errors));
    assert.equal(textOf(end), counted(5 + i));
    // Killed between an answer's last event and its end, a run has an empty thought where clients may have seen another step begin (decision 0004).
    const [given, answer, ...more] = end.steps;
    assert.deepEqual([given.type, answer.type], ['user_input', 'model_output']);
    assert.ok(more.length <= 1 && more.every((step) => step.type === 'thought' && !step.summary?.length && !step.signature), JSON.stringify(end.steps));
  }

  assert.equal(textOf(await get(answered.id, '', { base })), 'kept');
  const next = await create({ input: 'What did you say?', previous_interaction_id: answered.id }, { base });
  assert.match(textOf(next), /kept/);
}), { skip, seconds: 120 });

scenario('a server that stood still for longer than its leases last goes on, and so do its runs', ['SM-5', 'BG-9'], () => {
  const short = { ...settings, OpenInteractions__Runs__LeaseTime: '00:00:01' };
  return withServer({ settings: short }, async (server) => {
    const base = server.url;
    const ids = await Promise.all(Array.from({ length: 30 }, async (_, i) => (await create({ input: `count to ${40 + i * 5} slowly, 20 ms`, background: true }, { base })).id));
    const reader = { wanted: 10, leaves: false, background: true, fold: new Fold(), ids: [] };
    await readSome(reader, base);
    for (let times = 0; times < 4; times++) {
      await server.pause(1600);
      assert.equal(textOf(await create({ input: 'echo: still here' }, { base })), 'still here');
    }

    for (const [i, id] of ids.entries()) {
      const end = await ended(id, { base });
      assert.equal(end.status, 'completed', JSON.stringify(end.errors));
      assert.equal(textOf(end), counted(40 + i * 5));
      assert.deepEqual(Fold.of((await readAll(await openGet(id, undefined, { base }))).events).steps, madeSteps(end));
    }

    await reader.gone;
    const stored = await ended(reader.fold.id, { base });
    (await readAll(await openGet(reader.fold.id, reader.fold.lastEventId, { base }))).events.forEach((event) => reader.fold.add(event));
    assert.deepEqual([reader.fold.steps, reader.fold.status], [madeSteps(stored), 'completed']);
  });
}, { skip, seconds: 120 });

/** Resolves when so many events have come. `reader.gone` resolves when the reader has left, or lost its connection. */
function readSome(reader, base) {
  return new Promise((reached, failed) => {
    reader.gone = (async () => {
      const leaving = new AbortController();
      const body = { input: 'count to 40 slowly, 25 ms', background: reader.background, generation_config: thinking };
      try {
        for await (const event of follow(await openCreate(body, { base, signal: leaving.signal }))) {
          reader.fold.add(event);
          reader.ids.push(event.event_id);
          if (reader.ids.length === reader.wanted) {
            reached();
            reader.leaves && leaving.abort();
          }
        }
      } catch (error) {
        assert.ok(error.name === 'AbortError' || error.message === 'terminated', String(error));
      }
    })().catch(failed);
  });
}

async function eventsUntil(id, seen, wanted, base) {
  const leaving = new AbortController();
  try {
    for await (const event of follow(await openGet(id, seen.at(-1)?.event_id, { base, signal: leaving.signal }))) {
      seen.push(event);
      if (seen.length >= wanted) {
        leaving.abort();
      }
    }
  } catch (error) {
    assert.equal(error.name, 'AbortError');
  }
}
