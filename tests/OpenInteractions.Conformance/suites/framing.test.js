import assert from 'node:assert/strict';
import { create, openCreate, openGet, send, tryGet } from '../support/http.js';
import { scenarios } from '../support/scenario.js';
import { apiKey, baseUrl, version } from '../support/settings.js';
import { readAll } from '../support/sse.js';

const scenario = scenarios('framing');

scenario('a stream is text/event-stream, uncached, and ends with a blank line', ['SE-1'], async () => {
  const response = await openCreate({ input: 'echo: x' });
  assert.match(response.headers.get('content-type'), /^text\/event-stream(;|$)/);
  assert.match(response.headers.get('cache-control') ?? '', /no-cache|no-store/);
  const { bytes } = await readAll(response);
  assert.ok(bytes.toString().endsWith('event: done\ndata: [DONE]\n\n'));
});

scenario('each frame is one event line and one line of JSON that repeats it', ['SE-2'], async () => {
  const { frames } = await readAll(await openCreate({ input: 'echo: über\nzwei Zeilen 🙂', generation_config: { thinking_level: 'low' } }));
  for (const frame of frames.filter((f) => f.comments.length === 0)) {
    assert.deepEqual(frame.fields.map(([name]) => name), ['event', 'data']);
    if (frame.data !== '[DONE]') {
      const event = JSON.parse(frame.data);
      assert.equal(event.event_type, frame.name);
      assert.equal(typeof event.event_id, 'string');
    }
  }
});

scenario('text of any script arrives whole', ['SE-13'], async () => {
  const text = 'Grüße 世界 🙂👩‍👩‍👧 \u2028 "quoted" \\ <b>&amp;</b>\ttab';
  const { events } = await readAll(await openCreate({ input: `echo: ${text}` }));
  assert.equal(events.filter((e) => e.delta?.type === 'text').map((e) => e.delta.text).join(''), text);
});

scenario('answers are JSON with status 200, deletes too', ['OP-interactions.delete'], async () => {
  const { id } = await create({ input: 'echo: x' });
  const read = await tryGet(id);
  assert.equal(read.status, 200);
  assert.match(read.headers.get('content-type'), /^application\/json/);
  const removed = await send('DELETE', `/${version}/interactions/${id}`);
  assert.equal(removed.status, 200);
  assert.match(removed.headers.get('content-type'), /^application\/json/);
  assert.deepEqual(removed.json, {});
});

scenario('errors are JSON, on routes that do not exist as well', ['ER-1'], async () => {
  for (const [method, path] of [['GET', `/${version}/nothing`], ['PUT', `/${version}/interactions`], ['GET', `/${version}/interactions/x/y/z`], ['GET', '/v0/interactions/x'], ['POST', `/${version}/interactions/x`]]) {
    const answer = await send(method, path);
    assert.ok([400, 404, 405].includes(answer.status), `${method} ${path}: ${answer.status}`);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, `${method} ${path}`);
    assert.equal(typeof answer.json.error.message, 'string');
  }
});

scenario('an answer names its request', [], async () => {
  const answer = await tryGet('nope');
  assert.ok(answer.headers.get('x-request-id'), 'x-request-id');
});

scenario('a browser may send what the SDK sends', ['TR-8'], async () => {
  const wanted = ['x-goog-api-key', 'x-goog-api-client', 'content-type', 'api-revision', 'last-event-id'];
  for (const [path, method] of [[`/${version}/interactions`, 'POST'], [`/${version}/interactions/x`, 'DELETE'], [`/v1beta/interactions/x?stream=true`, 'GET']]) {
    const preflight = await fetch(baseUrl + path, {
      method: 'OPTIONS', headers: { origin: 'http://localhost:5173', 'access-control-request-method': method, 'access-control-request-headers': wanted.join(',') },
    });
    assert.ok(preflight.status === 200 || preflight.status === 204, `${preflight.status}`);
    assert.ok(['*', 'http://localhost:5173'].includes(preflight.headers.get('access-control-allow-origin')));
    const headers = (preflight.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/);
    assert.ok(headers.includes('*') || wanted.every((h) => headers.includes(h)), headers.join());
    const methods = preflight.headers.get('access-control-allow-methods') ?? '';
    assert.ok(methods === '*' || methods.toUpperCase().split(/\s*,\s*/).includes(method) || method === 'GET' || method === 'POST', methods);
  }
});

scenario('a browser may read answers, errors and streams', ['TR-8'], async () => {
  const { id } = await create({ input: 'echo: x' });
  for (const path of [`/${version}/interactions/${id}`, `/${version}/interactions/nope`, `/${version}/interactions/${id}?stream=true`]) {
    const answer = await fetch(baseUrl + path, { headers: { origin: 'http://localhost:5173', 'x-goog-api-key': apiKey } });
    assert.ok(['*', 'http://localhost:5173'].includes(answer.headers.get('access-control-allow-origin')), path);
    await answer.arrayBuffer();
  }
});

scenario('a replayed stream is framed like the first', ['SE-2', 'BG-5'], async () => {
  const first = await readAll(await openCreate({ input: 'count to 4', generation_config: { thinking_level: 'low', thinking_summaries: 'auto' } }));
  const again = await readAll(await openGet(first.events[0].interaction.id));
  assert.equal(again.frames.at(-1).data, '[DONE]');
  assert.ok(again.bytes.toString().endsWith('\n\n'));
  for (const frame of again.frames.slice(0, -1)) {
    assert.equal(JSON.parse(frame.data).event_type, frame.name);
  }
});
