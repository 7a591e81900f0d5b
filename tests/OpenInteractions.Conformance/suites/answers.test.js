import assert from 'node:assert/strict';
import { cancel, create, openCreate, openGet, send, tryCreate } from '../support/http.js';
import { scenarios } from '../support/scenario.js';
import { version } from '../support/settings.js';
import { readAll } from '../support/sse.js';

// The answers that make SDKs stumble (wire, sections 1.4 and 26 and appendix B) are not given.
const scenario = scenarios('answers');

scenario('success is 200 and JSON on every route, never 201, 202 or 204', ['OP-interactions.create', 'OP-interactions.get', 'OP-interactions.cancel', 'OP-interactions.delete'], async () => {
  const { id } = await create({ input: 'echo: x' });
  const { id: running } = await create({ input: 'count to 1000 slowly, 100 ms', background: true });
  for (const answer of [
    await tryCreate({ input: 'echo: x' }), await tryCreate({ input: 'echo: x', background: true }), await tryCreate({ input: 'echo: x', store: false }),
    await send('GET', `/${version}/interactions/${id}`), await cancel(running), await send('DELETE', `/${version}/interactions/${id}`),
    await send('GET', `/${version}/interactions`), await send('GET', `/${version}/interactions/${running}/tree`), await send('GET', `/${version}/models`),
  ]) {
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers.get('content-type'), /^application\/json(;|$)/);
    assert.equal(typeof answer.json, 'object');
  }
});

scenario('every element has its discriminator, every number is a number', ['SE-2'], async () => {
  const body = { input: 'call f for "x"', tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' } } } }], generation_config: { thinking_level: 'low', thinking_summaries: 'auto' } };
  const made = await create(body);
  assert.ok(made.status && made.object);
  made.steps.forEach((step) => assert.equal(typeof step.type, 'string'));
  Object.entries(made.usage).filter(([name]) => name.startsWith('total_')).forEach(([name, value]) => assert.equal(typeof value, 'number', name));
  const { events } = await readAll(await openCreate(body));
  for (const event of events) {
    assert.equal(typeof event.event_type, 'string');
    assert.ok(!event.step || typeof event.step.type === 'string');
    assert.ok(!event.delta || typeof event.delta.type === 'string');
  }
});

scenario('a streaming create is never answered with JSON, nor a plain one with events', ['TR-9'], async () => {
  for (const mode of [{}, { background: true }, { store: false }]) {
    const streamed = await openCreate({ input: 'echo: x', ...mode });
    assert.match(streamed.headers.get('content-type'), /^text\/event-stream/);
    await readAll(streamed);
    assert.match((await tryCreate({ input: 'echo: x', ...mode })).headers.get('content-type'), /^application\/json/);
  }
});

scenario('the status never asks the SDK to continue by itself', [], async () => {
  const answer = await create({ input: 'count to 50', generation_config: { max_output_tokens: 3 } });
  assert.equal(answer.status, 'incomplete');
  assert.equal(answer.continuation_token, undefined);
  assert.equal(answer.continuation_ids, undefined);
});

scenario('the last event of every kind of stream is whole', ['SE-1'], async () => {
  const { id } = await create({ input: 'echo: x' });
  const { events } = await readAll(await openGet(id));
  for (const response of [await openCreate({ input: 'echo: x' }), await openCreate({ input: 'echo: x', store: false }), await openGet(id), await openGet(id, events.at(-1).event_id)]) {
    const { bytes, rest } = await readAll(response);
    assert.equal(rest.length, 0);
    assert.ok(bytes.toString().endsWith('data: [DONE]\n\n'));
  }
});

scenario('bodies that SDKs send where none is wanted are no problem', ['OP-interactions.cancel', 'OP-interactions.delete'], async () => {
  const { id } = await create({ input: 'count to 1000 slowly, 100 ms', background: true });
  assert.equal((await send('POST', `/${version}/interactions/${id}/cancel`, '{}')).status, 200);
  const other = await create({ input: 'echo: x' });
  assert.equal((await send('DELETE', `/${version}/interactions/${other.id}`, '{}')).status, 200);
});
