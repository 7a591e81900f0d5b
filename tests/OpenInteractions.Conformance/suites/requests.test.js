import assert from 'node:assert/strict';
import { genai, genai232 } from '../clients/index.js';
import { create } from '../support/http.js';
import { recordingProxy } from '../support/recordingProxy.js';
import { scenarios } from '../support/scenario.js';
import { collect, errorOf, sdk } from '../support/sdk.js';
import { apiKey, model } from '../support/settings.js';

// What the SDK sends for each call (wire, appendix A), and that the server takes it. When a newer SDK sends something else, this is where it shows.
const scenario = scenarios('requests');
const background = { input: 'count to 1000 slowly, 100 ms', background: true };

const calls = [
  ['create', 'OP-interactions.create', (ai) => ai.create({ model, input: 'echo: hi', system_instruction: 'be brief', generation_config: { max_output_tokens: 16 } }),
    { line: 'POST /v1/interactions', body: { model, input: 'echo: hi', system_instruction: 'be brief', generation_config: { max_output_tokens: 16 } } }],
  ['create with a time-out', 'OP-interactions.create', (ai) => ai.create({ model, input: 'echo: hi' }, { timeout_ms: 30_000 }),
    { line: 'POST /v1/interactions', body: { model, input: 'echo: hi' } }],
  ['create with stream', 'OP-interactions.create', async (ai) => collect(await ai.create({ model, input: 'echo: hi', stream: true })),
    { line: 'POST /v1/interactions', body: { model, input: 'echo: hi', stream: true }, accept: 'text/event-stream' }],
  ['create with api_version', 'OP-interactions.create', (ai) => ai.create({ model, input: 'echo: hi', api_version: 'v1beta' }),
    { line: 'POST /v1beta/interactions', body: { model, input: 'echo: hi' } }],
  ['get', 'OP-interactions.get', (ai, id) => ai.get(id), { line: 'GET /v1/interactions/ID?stream=false' }],
  ['get with include_input', 'OP-interactions.get', (ai, id) => ai.get(id, { include_input: true }), { line: 'GET /v1/interactions/ID?include_input=true&stream=false' }],
  ['get with stream', 'OP-interactions.get', async (ai, id) => collect(await ai.get(id, { stream: true })), { line: 'GET /v1/interactions/ID?stream=true', accept: 'text/event-stream' }],
  ['get with stream and last_event_id', 'OP-interactions.get', async (ai, id) => collect(await ai.get(id, { stream: true, last_event_id: '1-2' })),
    { line: 'GET /v1/interactions/ID?last_event_id=1-2&stream=true', accept: 'text/event-stream' }],
  ['get with the collection in the id', 'OP-interactions.get', (ai, id) => ai.get(`interactions/${id}`), { line: 'GET /v1/interactions/interactions%2FID?stream=false' }],
  ['cancel', 'OP-interactions.cancel', (ai, id) => ai.cancel(id), { line: 'POST /v1/interactions/ID/cancel', of: background }],
  ['delete', 'OP-interactions.delete', (ai, id) => ai.delete(id), { line: 'DELETE /v1/interactions/ID' }],
];

for (const [name, rule, call, expected] of calls) {
  scenario(name, [rule], async () => {
    const { id } = await create(expected.of ?? { input: 'echo: x' });
    const [request] = await requestsOf((ai) => call(ai, id));
    const { headers } = request;
    // Another server may name its events otherwise than 1-2; the line is about the SDK.
    assert.equal(`${request.method} ${request.url.replaceAll(id, 'ID')}`, expected.line);
    assert.deepEqual(request.body ? JSON.parse(request.body) : undefined, expected.body);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.accept, expected.accept ?? 'application/json');
    assert.equal(headers['x-goog-api-key'], apiKey);
    assert.match(headers['user-agent'], /^google-genai-sdk\/3\.1\.0 /);
    assert.equal(headers['x-goog-api-client'], headers['user-agent']);
    assert.equal(headers.cookie, '');
    assert.equal(request.status, 200);
    for (const absent of ['api-revision', 'idempotency-key', 'x-server-timeout']) {
      assert.ok(!(absent in headers), absent);
    }
  });
}

scenario('get of an unknown id', ['OP-interactions.get'], async () => {
  const [request] = await requestsOf((ai) => errorOf(ai.get('nope')));
  assert.deepEqual([request.method, request.url, request.status], ['GET', '/v1/interactions/nope?stream=false', 404]);
});

scenario('a path prefix of the base URL is kept, for gateways', [], async () => {
  const proxy = await recordingProxy();
  try {
    await errorOf(sdk(`${proxy.url}/gw/x/`).interactions.create({ model, input: 'hi' }));
    assert.equal(proxy.requests[0].url, '/gw/x/v1/interactions');
  } finally {
    await proxy.close();
  }
});

scenario('a caller\'s Authorization header replaces the key', ['TR-5'], async () => {
  const [request] = await requestsOf((ai) => ai.create({ model, input: 'echo: hi' }), { httpOptions: { headers: { Authorization: `Bearer ${apiKey}` } } });
  assert.equal(request.headers.authorization, `Bearer ${apiKey}`);
  assert.ok(!('x-goog-api-key' in request.headers));
  assert.equal(request.status, 200);
});

scenario('extra headers and extra query are taken', [], async () => {
  const [request] = await requestsOf((ai) => ai.create({ model, input: 'echo: hi' }, { headers: { 'x-extra': '1' }, extra_query: { a: '1' } }));
  assert.equal(request.url, '/v1/interactions?a=1');
  assert.equal(request.headers['x-extra'], '1');
  assert.equal(request.status, 200);
});

scenario('enterprise mode with a key speaks v1beta1', ['TR-10'], async () => {
  const [request] = await requestsOf((ai) => ai.create({ model, input: 'echo: hi' }), { vertexai: true });
  assert.equal(request.url, '/v1beta1/interactions');
  assert.equal(request.status, 200);
});

scenario('2.32.0 sends the same to v1beta', ['OP-interactions.create'], async () => {
  const [request] = await requestsOf((ai) => ai.create({ model, input: 'echo: hi' }), {}, genai232);
  assert.deepEqual([request.method, request.url, JSON.parse(request.body)], ['POST', '/v1beta/interactions', { model, input: 'echo: hi' }]);
  assert.ok(!('api-revision' in request.headers));
  assert.equal(request.status, 200);
});

async function requestsOf(call, options, sdkPackage = genai) {
  const proxy = await recordingProxy();
  try {
    await call(sdk(proxy.url, options, sdkPackage).interactions);
    assert.equal(proxy.requests.length, 1);
    return proxy.requests;
  } finally {
    await proxy.close();
  }
}
