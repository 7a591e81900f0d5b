import assert from 'node:assert/strict';
import { cancel, create, get, openCreate, openGet, remove, textOf, tryCreate, tryGet } from '../support/http.js';
import { Fold, madeSteps } from '../support/fold.js';
import { ended } from '../support/polling.js';
import { scenarios } from '../support/scenario.js';
import { ai, ask, collect } from '../support/sdk.js';
import { withServer } from '../support/server.js';
import { serverDll } from '../support/settings.js';
import { follow, readAll } from '../support/sse.js';

const scenario = scenarios('background');

scenario('a background create answers at once, and polling finds the end', ['BG-1', 'BG-2', 'SM-5'], async () => {
  // It would take more than an hour: an answer that waited for it would never come.
  const accepted = await ask({ input: 'count to 900 slowly, 5000 ms', background: true });
  assert.ok(['queued', 'in_progress'].includes(accepted.status), accepted.status);
  assert.deepEqual(accepted.steps, []);
  assert.ok(!accepted.usage);
  const first = await ai.interactions.get(accepted.id);
  assert.ok(['queued', 'in_progress'].includes(first.status), first.status);
  assert.equal((await cancel(accepted.id)).status, 200);
  const { id } = await ask({ input: 'count to 10 slowly, 100 ms', background: true });
  const end = await ended(id);
  assert.equal(end.status, 'completed');
  assert.equal(textOf(end), '1 2 3 4 5 6 7 8 9 10');
});

scenario('background and stream: a reader may leave, come back and miss nothing', ['BG-4', 'BG-5', 'BG-9'], async () => {
  const seen = [];
  const leaving = new AbortController();
  try {
    for await (const event of follow(await openCreate({ input: 'count to 20 slowly, 40 ms', background: true }, { signal: leaving.signal }))) {
      seen.push(event);
      if (event.event_type === 'step.delta' && seen.length > 6) {
        leaving.abort();
      }
    }
  } catch (error) {
    assert.equal(error.name, 'AbortError');
  }

  const fold = Fold.of(seen);
  assert.equal((await get(fold.id)).status, 'in_progress');
  const rest = await readAll(await openGet(fold.id, fold.lastEventId));
  rest.events.forEach((event) => fold.add(event));
  assert.equal(fold.status, 'completed');
  assert.deepEqual(fold.steps, madeSteps(await get(fold.id)));
  assert.equal(fold.steps.at(-1).content[0].text, Array.from({ length: 20 }, (_, i) => i + 1).join(' '));
});

scenario('many readers of one run see the same events', ['BG-5', 'BG-7'], async () => {
  const { id } = await create({ input: 'count to 12 slowly, 30 ms', background: true });
  const readers = await Promise.all(Array.from({ length: 5 }, async () => (await readAll(await openGet(id))).events));
  for (const events of readers) {
    assert.deepEqual(events, readers[0]);
  }

  assert.equal(readers[0].at(-1).event_type, 'interaction.completed');
});

scenario('cancel stops a background run', ['OP-interactions.cancel', 'BG-3'], async () => {
  const { id } = await create({ input: 'count to 1000 slowly, 100 ms', background: true });
  const answer = await ai.interactions.cancel(id);
  assert.equal(answer.id, id);
  const end = await ended(id);
  assert.equal(end.status, 'cancelled');
});

scenario('a stream of a run that is cancelled ends in order', ['BG-3', 'SE-10', 'SE-1'], async () => {
  const events = [];
  for await (const event of follow(await openCreate({ input: 'count to 1000 slowly, 50 ms', background: true }))) {
    events.push(event);
    if (event.event_type === 'step.delta' && events.filter((e) => e.event_type === 'step.delta').length === 3) {
      assert.equal((await cancel(events[0].interaction.id)).status, 200);
    }
  }

  assert.equal(events.at(-1).event_type, 'interaction.completed');
  assert.equal(events.at(-1).interaction.status, 'cancelled');
  const fold = Fold.of(events);
  assert.deepEqual(madeSteps(await get(fold.id)), fold.steps);
});

scenario('cancel of anything else is 400', ['BG-3', 'OP-interactions.cancel'], async () => {
  const foreground = await create({ input: 'echo: x' });
  const background = await create({ input: 'echo: x', background: true });
  await ended(background.id);
  for (const id of [foreground.id, background.id]) {
    const answer = await cancel(id);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.error.code, 'failed_precondition');
  }
});

scenario('a cancelled interaction stays cancelled and a second cancel is 400', ['BG-3'], async () => {
  const { id } = await create({ input: 'count to 1000 slowly, 100 ms', background: true });
  assert.equal((await cancel(id)).status, 200);
  assert.equal((await ended(id)).status, 'cancelled');
  assert.equal((await cancel(id)).status, 400);
  assert.equal((await get(id)).status, 'cancelled');
});

scenario('delete removes the record', ['OP-interactions.delete', 'ST-16'], async () => {
  const { id } = await create({ input: 'echo: x' });
  await ai.interactions.delete(id);
  const answer = await tryGet(id);
  assert.equal(answer.status, 404);
  assert.equal(answer.json.error.code, 'not_found');
  assert.equal((await tryGet(id, '?stream=true')).status, 404);
  assert.equal((await remove(id)).status, 404);
});

scenario('delete while it runs: the record is gone and stays gone', ['ST-16'], async () => {
  const { id } = await create({ input: 'count to 10 slowly, 50 ms', background: true });
  assert.equal((await remove(id)).status, 200);
  assert.equal((await tryGet(id)).status, 404);
  // Longer than the run would take: its end may not bring the record back.
  await readAll(await openCreate({ input: 'count to 10 slowly, 100 ms' }));
  assert.equal((await tryGet(id)).status, 404);
});

scenario('store false: a plain answer that nobody can find again', ['ST-14'], async () => {
  const answer = await create({ input: 'echo: x', store: false });
  assert.equal(textOf(answer), 'x');
  assert.equal((await tryGet(answer.id)).status, 404);
  assert.equal((await tryGet(answer.id, '?stream=true')).status, 404);
  const next = await tryCreate({ input: 'x', previous_interaction_id: answer.id });
  assert.equal(next.status, 404, next.text);
});

scenario('store false with stream is the same', ['ST-14', 'SE-1'], async () => {
  const { events, frames } = await readAll(await openCreate({ input: 'echo: x', store: false }));
  assert.equal(frames.at(-1).data, '[DONE]');
  assert.equal(events.at(-1).interaction.status, 'completed');
  assert.equal((await tryGet(events[0].interaction.id)).status, 404);
});

scenario('store false with background is refused', ['ST-13'], async () => {
  const answer = await tryCreate({ input: 'x', store: false, background: true });
  assert.equal(answer.status, 400);
  assert.match(answer.json.error.message, /store/);
});

scenario('a reader who leaves a foreground stream does not end a stored run', ['ST-20'], async () => {
  const leaving = new AbortController();
  let id;
  try {
    for await (const event of follow(await openCreate({ input: 'count to 10 slowly, 40 ms' }, { signal: leaving.signal }))) {
      id ??= event.interaction?.id;
      if (event.event_type === 'step.delta') {
        leaving.abort();
      }
    }
  } catch (error) {
    assert.equal(error.name, 'AbortError');
  }

  const end = await ended(id);
  assert.equal(end.status, 'completed');
  assert.equal(textOf(end), '1 2 3 4 5 6 7 8 9 10');
});


scenario('the SDK polls, follows and cancels a background run', ['BG-1', 'BG-4', 'OP-interactions.cancel'], async () => {
  const stream = await ask({ input: 'count to 6 slowly, 30 ms', background: true, stream: true });
  const events = await collect(stream);
  assert.equal(events.at(-1).interaction.status, 'completed');
  const again = await collect(await ai.interactions.get(events[0].interaction.id, { stream: true }));
  assert.deepEqual(Fold.of(again).steps, Fold.of(events).steps);
});

scenario('a reader who leaves a stream that is not stored ends the run', ['ST-20'], () => withServer({}, async ({ url: base }) => {
  const leaving = new AbortController();
  try {
    for await (const event of follow(await openCreate({ input: 'count to 1000 slowly, 200 ms', store: false }, { base, signal: leaving.signal }))) {
      if (event.event_type === 'step.delta') {
        assert.equal(await running(base), 1);
        leaving.abort();
      }
    }
  } catch (error) {
    assert.equal(error.name, 'AbortError');
  }

  // The run would take minutes.
  const end = Date.now() + 60_000;
  while (await running(base) > 0) {
    assert.ok(Date.now() < end, 'the run goes on');
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}), { skip: serverDll ? false : 'needs a server on which nothing else runs' });

const running = async (base) => (await (await fetch(`${base}/readyz`)).json()).running;
