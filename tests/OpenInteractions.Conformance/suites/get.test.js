import assert from 'node:assert/strict';
import { create, get, openCreate, openGet, send, tryGet } from '../support/http.js';
import { Fold, madeSteps } from '../support/fold.js';
import { scenarios } from '../support/scenario.js';
import { ai, ask, collect } from '../support/sdk.js';
import { version } from '../support/settings.js';
import { readAll } from '../support/sse.js';

const scenario = scenarios('get');
const thoughtful = { input: 'count to 8', generation_config: { thinking_level: 'high', thinking_summaries: 'auto' } };

scenario('get shows the stored turn, beginning with the input', ['OP-interactions.get', 'ST-2'], async () => {
  const made = await ask({ input: 'echo: kept' });
  const stored = await ai.interactions.get(made.id);
  assert.deepEqual(stored.steps, [{ type: 'user_input', content: [{ type: 'text', text: 'echo: kept' }] }, ...made.steps]);
  assert.equal(stored.output_text, 'kept');
  for (const field of ['id', 'object', 'status', 'model', 'created', 'updated', 'service_tier']) {
    assert.deepEqual(stored[field], made[field], field);
  }

  // The SDK adds a field of its own to the usage of a create.
  const { initial_input_tokens: _, ...usage } = made.usage;
  assert.deepEqual(stored.usage, usage);
});

scenario('include_input adds the normalised input, and only then', ['ST-21'], async () => {
  const { id } = await create({ input: 'echo: kept' });
  assert.ok(!('input' in await get(id)));
  assert.ok(!('input' in await get(id, '?include_input=false')));
  assert.deepEqual((await get(id, '?include_input=true')).input, [{ type: 'user_input', content: [{ type: 'text', text: 'echo: kept' }] }]);
  const bySdk = await ai.interactions.get(id, { include_input: true });
  assert.ok(bySdk.input);
});

scenario('what was asked for is shown, without secrets', [], async () => {
  const labels = { team: 'search' };
  const { id } = await create({ input: 'echo: x', labels, system_instruction: 'Be brief.', generation_config: { max_output_tokens: 50 } });
  const stored = await get(id);
  assert.deepEqual(stored.labels, labels);
});

scenario('a get with stream replays all events', ['OP-interactions.get', 'BG-5', 'BG-7'], async () => {
  const first = await readAll(await openCreate(thoughtful));
  const id = first.events[0].interaction.id;
  const again = await readAll(await openGet(id));
  const fold = Fold.of(again.events);
  assert.equal(again.events[0].event_type, 'interaction.created');
  assert.deepEqual(fold.steps, Fold.of(first.events).steps);
  assert.deepEqual(fold.steps, madeSteps(await get(id)));
  assert.equal(fold.status, 'completed');
  assert.ok(fold.usage.total_tokens > 0);
});

scenario('every replay has the same bytes', ['BG-5', 'SE-2'], async () => {
  const { id } = await create(thoughtful);
  const [one, two] = await Promise.all([1, 2].map(async () => (await readAll(await openGet(id))).bytes));
  assert.ok(one.length > 0 && one.equals(two));
});

scenario('event ids of a replay are ids of the live stream', ['SE-2', 'BG-5'], async () => {
  const first = await readAll(await openCreate(thoughtful));
  const again = await readAll(await openGet(first.events[0].interaction.id));
  const live = new Set(first.events.map((e) => e.event_id));
  assert.deepEqual(again.events.map((e) => e.event_id).filter((id) => !live.has(id)), []);
});

for (const [kind, body] of [
  ['a thought and text', thoughtful],
  ['calls', { input: 'call f for "a" and g for "b"', tools: ['f', 'g'].map((name) => ({ type: 'function', name, parameters: { type: 'object', properties: { x: { type: 'string' } }, required: ['x'] } })) }],
]) {
  scenario(`${kind}: a stream goes on after any of its events`, ['BG-5', 'BG-7', 'SE-2'], async () => {
    const first = await readAll(await openCreate(body));
    const whole = Fold.of(first.events);
    for (let at = 0; at < first.events.length; at++) {
      const rest = await readAll(await openGet(whole.id, first.events[at].event_id));
      assert.equal(rest.frames.at(-1).data, '[DONE]');
      const seen = new Set(first.events.slice(0, at + 1).map((e) => e.event_id));
      assert.ok(rest.events.every((e) => !seen.has(e.event_id)), `after event ${at} an event came twice`);
      const fold = Fold.of([...first.events.slice(0, at + 1), ...rest.events]);
      assert.deepEqual([fold.steps, fold.status, fold.usage], [whole.steps, whole.status, whole.usage], `after event ${at}`);
    }
  });

  scenario(`${kind}: a replay goes on after any of its events`, ['BG-5', 'BG-7'], async () => {
    const { id } = await create(body);
    const { events } = await readAll(await openGet(id));
    for (let at = 0; at < events.length; at++) {
      const rest = await readAll(await openGet(id, events[at].event_id));
      assert.deepEqual(rest.events, events.slice(at + 1), `after event ${at}`);
    }
  });
}

scenario('the SDK resumes with last_event_id', ['OP-interactions.get', 'BG-5'], async () => {
  const events = await collect(await ask({ ...thoughtful, stream: true }));
  const whole = Fold.of(events);
  for (const at of [0, 3, events.length - 2, events.length - 1]) {
    const rest = await collect(await ai.interactions.get(whole.id, { stream: true, last_event_id: events[at].event_id }));
    assert.deepEqual(Fold.of([...events.slice(0, at + 1), ...rest]).steps, whole.steps);
  }
});

scenario('the header Last-Event-ID does as well', [], async () => {
  const { id } = await create(thoughtful);
  const { events } = await readAll(await openGet(id));
  const rest = await readAll(await openGet(id, undefined, { extraHeaders: { 'last-event-id': events[4].event_id } }));
  assert.deepEqual(rest.events, events.slice(5));
});

scenario('last_event_id needs stream=true and an id that the stream has', ['BG-6'], async () => {
  const { id } = await create(thoughtful);
  const { events } = await readAll(await openGet(id));
  for (const query of ['?stream=true&last_event_id=nonsense', '?stream=true&last_event_id=', `?last_event_id=${events[1].event_id}`, `?stream=false&last_event_id=${events[1].event_id}`]) {
    const answer = await tryGet(id, query);
    if (query.endsWith('last_event_id=')) {
      // Nothing after nothing: everything.
      assert.equal(answer.status, 200, query);
      continue;
    }

    assert.equal(answer.status, 400, `${query}: ${answer.text}`);
    assert.match(answer.json.error.message, /last_event_id/);
  }
});

scenario('an event id of another interaction is unknown here', ['BG-6'], async () => {
  const { events } = await readAll(await openCreate({ input: 'count to 200' }));
  const short = await create({ input: 'echo: x' });
  const answer = await tryGet(short.id, `?stream=true&last_event_id=${encodeURIComponent(events.at(-1).event_id)}`);
  assert.equal(answer.status, 400, answer.text);
});

scenario('partial reads are refused', ['TR-12'], async () => {
  const { id } = await create({ input: 'echo: x' });
  assert.equal((await tryGet(id, '?fields=*')).status, 200);
  assert.equal((await tryGet(id, '?fields=id,status')).status, 400);
});

scenario('ids with the collection in front are understood', [], async () => {
  const { id } = await create({ input: 'echo: x' });
  assert.equal((await ai.interactions.get(`interactions/${id}`)).id, id);
  assert.equal((await send('GET', `/${version}/interactions/interactions%2F${id}`)).json.id, id);
});

scenario('an unknown id is 404 on every verb', ['OP-interactions.get', 'OP-interactions.delete', 'OP-interactions.cancel', 'ER-2'], async () => {
  const { id } = await create({ input: 'echo: x' });
  const similar = id.slice(0, -1) + (id.endsWith('a') ? 'b' : 'a');
  for (const unknown of ['nope', 'v1_abc', similar, '%20', "'--", 'a'.repeat(4000)]) {
    for (const [method, tail] of [['GET', ''], ['GET', '?stream=true'], ['DELETE', ''], ['POST', '/cancel'], ['GET', '/tree']]) {
      const answer = await send(method, `/${version}/interactions/${unknown}${tail}`);
      assert.equal(answer.status, 404, `${method} ${unknown.slice(0, 20)}${tail}: ${answer.text.slice(0, 200)}`);
      assert.equal(answer.json.error.code, 'not_found', `${method} ${unknown.slice(0, 20)}${tail}`);
    }
  }
});
