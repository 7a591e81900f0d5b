import assert from 'node:assert/strict';
import { create, get, openCreate } from '../support/http.js';
import { Fold, madeSteps } from '../support/fold.js';
import { scenarios } from '../support/scenario.js';
import { ai, ask, collect } from '../support/sdk.js';
import { apiKey, baseUrl, model, version } from '../support/settings.js';
import { readAll } from '../support/sse.js';

const scenario = scenarios('stream');
const weather = { type: 'function', name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } };
const time = { type: 'function', name: 'get_time', parameters: { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'] } };
const thinking = { thinking_level: 'high', thinking_summaries: 'auto' };

const kinds = [
  ['text', { input: 'echo: Hello there, you.' }],
  ['thought and text', { input: 'count to 5', generation_config: thinking }],
  ['a call', { input: 'call get_weather for "Paris"', tools: [weather] }],
  ['a thought and two calls', { input: 'call get_weather for "Paris" and get_time for "CET"', tools: [weather, time], generation_config: thinking }],
  ['text cut by the limit', { input: 'count to 50', generation_config: { max_output_tokens: 5 } }],
  ['JSON', { input: 'A person, please.', response_format: { type: 'text', mime_type: 'application/json', schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } } }],
];

for (const [kind, body] of kinds) {
  scenario(`${kind}: events come in order, and fold to what get shows`, ['SE-1', 'SE-5', 'SE-10', 'SE-11', 'BG-9'], async () => {
    const { events, frames, rest } = await readAll(await openCreate(body));
    checkOrder(events);
    assert.equal(frames.at(-1).text, 'event: done\ndata: [DONE]');
    assert.equal(rest.length, 0);
    const fold = Fold.of(events);
    const stored = await get(fold.id);
    assert.deepEqual(madeSteps(stored), fold.steps);
    assert.equal(stored.status, fold.status);
    assert.deepEqual(stored.usage, fold.usage);
  });

  scenario(`${kind}: the plain answer has the steps of the stream`, ['SE-13'], async () => {
    const fold = Fold.of((await readAll(await openCreate(body))).events);
    const plain = await create(body);
    assert.deepEqual(withoutOpaque(plain.steps), withoutOpaque(fold.steps));
    assert.equal(plain.status, fold.status);
    assert.deepEqual(plain.usage, fold.usage);
  });
}

scenario('the SDK delivers every event', ['OP-interactions.create', 'TR-9'], async () => {
  const events = await collect(await ask({ input: 'count to 5', stream: true, generation_config: thinking }));
  checkOrder(events);
  const fold = Fold.of(events);
  assert.equal(fold.steps.at(-1).content[0].text, '1 2 3 4 5');
  assert.deepEqual(madeSteps(await get(fold.id)), fold.steps);
});

scenario('the first and the last event carry what clients need', ['SE-3', 'SE-10', 'SE-11'], async () => {
  const { events } = await readAll(await openCreate({ input: 'echo: x' }));
  const created = events[0].interaction;
  assert.equal(created.object, 'interaction');
  assert.equal(created.model, model);
  assert.equal(created.status, 'in_progress');
  assert.ok(created.id);
  const completed = events.at(-1).interaction;
  assert.equal(completed.id, created.id);
  assert.equal(completed.object, 'interaction');
  assert.equal(completed.status, 'completed');
  assert.ok(completed.usage.total_tokens > 0);
  assert.ok(completed.created && completed.updated);
  assert.ok(!('steps' in completed));
});

scenario('calls start empty and their arguments come as text', ['SE-6', 'SE-8', 'SE-9'], async () => {
  const { events } = await readAll(await openCreate(kinds[2][1]));
  const start = events.find((e) => e.event_type === 'step.start');
  assert.deepEqual({ ...start.step, id: 'id' }, { type: 'function_call', id: 'id', name: 'get_weather', arguments: {} });
  const deltas = events.filter((e) => e.event_type === 'step.delta').map((e) => e.delta);
  assert.ok(deltas.every((d) => d.type === 'arguments_delta' && typeof d.arguments === 'string'));
  assert.deepEqual(JSON.parse(deltas.map((d) => d.arguments).join('')), { city: 'Paris' });
});

scenario('starts are empty and deltas belong to their steps', ['SE-8', 'SE-9', 'TH-2'], async () => {
  const { events } = await readAll(await openCreate(kinds[1][1]));
  assert.deepEqual(events.filter((e) => e.event_type === 'step.start').map((e) => e.step), [{ type: 'thought' }, { type: 'model_output' }]);
  const types = (index) => [...new Set(events.filter((e) => e.event_type === 'step.delta' && e.index === index).map((e) => e.delta.type))];
  assert.deepEqual(types(0), ['thought_summary', 'thought_signature']);
  assert.deepEqual(types(1), ['text']);
});

scenario('only events that SDKs know are sent', ['SE-4'], async () => {
  for (const [, body] of kinds) {
    const { events } = await readAll(await openCreate(body));
    const known = ['interaction.created', 'interaction.status_update', 'step.start', 'step.delta', 'step.stop', 'interaction.completed', 'error'];
    assert.deepEqual(events.map((e) => e.event_type).filter((type) => !known.includes(type)), []);
  }
});

scenario('text is streamed in pieces as it is made', ['SE-1'], async () => {
  const seen = [];
  // The whole would take more than an hour: a piece can only come while it is made.
  for await (const event of await ask({ input: 'count to 900 slowly, 5000 ms', stream: true, background: true })) {
    seen.push(event);
    if (event.event_type === 'step.delta') {
      break;
    }
  }

  const { id } = seen[0].interaction;
  assert.equal((await ai.interactions.get(id)).status, 'in_progress');
  await ai.interactions.cancel(id);
  const { events } = await readAll(await openCreate({ input: 'count to 6 slowly, 20 ms' }));
  assert.equal(events.filter((event) => event.event_type === 'step.delta').length, 6);
});

scenario('stream in the body decides; Accept and alt=sse are harmless', ['TR-9'], async () => {
  for (const accept of ['application/json', '*/*', 'text/event-stream']) {
    const response = await openCreate({ input: 'echo: x' }, { extraHeaders: { accept } });
    assert.match(response.headers.get('content-type'), /^text\/event-stream/);
    assert.equal((await readAll(response)).events.at(-1).event_type, 'interaction.completed');
  }

  const plain = await fetch(`${baseUrl}/${version}/interactions?alt=sse`, {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-goog-api-key': apiKey }, body: JSON.stringify({ model, input: 'echo: x' }),
  });
  assert.match(plain.headers.get('content-type'), /^application\/json/);
  assert.equal((await plain.json()).status, 'completed');
});

scenario('what is wrong before the first byte is an HTTP error', ['SE-12', 'ER-1'], async () => {
  const response = await fetch(`${baseUrl}/${version}/interactions`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-goog-api-key': apiKey }, body: JSON.stringify({ model: 'no-such-model-at-all', input: 'x', stream: true }),
  });
  assert.equal(response.status, 404);
  assert.match(response.headers.get('content-type'), /^application\/json/);
  assert.equal((await response.json()).error.code, 'model_not_found');
});

/** The grammar of a stream: created, updates, then for each step one start, deltas and a stop that do not interleave, then completed. */
function checkOrder(events) {
  const types = events.map((e) => e.event_type);
  assert.equal(types[0], 'interaction.created');
  assert.equal(types.at(-1), 'interaction.completed');
  assert.equal(types.filter((t) => t === 'interaction.created').length, 1);
  assert.equal(types.filter((t) => t === 'interaction.completed').length, 1);
  let open;
  let next = 0;
  for (const event of events) {
    if (event.event_type === 'step.start') {
      assert.equal(open, undefined, 'a step starts inside of another');
      assert.equal(event.index, next++);
      open = event.index;
    } else if (event.event_type === 'step.delta') {
      assert.equal(event.index, open, 'a delta outside of its step');
    } else if (event.event_type === 'step.stop') {
      assert.equal(event.index, open);
      open = undefined;
    } else {
      assert.equal(open, undefined, `${event.event_type} inside of a step`);
    }
  }

  const ids = events.map((e) => e.event_id);
  assert.ok(ids.every((id) => typeof id === 'string' && id.length > 0), 'every event has an id');
  assert.equal(new Set(ids).size, ids.length, 'no id twice');
}

/** Ids and signatures are made anew each time. */
function withoutOpaque(steps) {
  return steps.map(({ id, signature, ...rest }) => ({ ...rest, ...(id && { id: 'id' }), ...(signature && { signature: 'signature' }) }));
}
