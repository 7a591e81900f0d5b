import assert from 'node:assert/strict';
import http from 'node:http';
import { create, send, tryCreate } from '../support/http.js';
import { recordingProxy } from '../support/recordingProxy.js';
import { scenarios } from '../support/scenario.js';
import { ask, errorOf, sdk } from '../support/sdk.js';
import { apiKey, baseUrl, model, version } from '../support/settings.js';

const scenario = scenarios('errors');

/** Calls through a proxy that counts, and checks the class, the text and that nothing was tried again. */
async function expectError(call, { name, status, message }) {
  const proxy = await recordingProxy();
  try {
    const error = await errorOf(call(sdk(proxy.url)));
    assert.equal(error.constructor.name, name, String(error));
    assert.equal(error.status, status);
    assert.match(error.message, message);
    assert.equal(proxy.requests.length, 1, 'the SDK tried again');
  } finally {
    await proxy.close();
  }
}

scenario('a bad request is a BadRequestError with our text', ['ER-1', 'ER-2'], () =>
  expectError((ai) => ask({ input: 'x', generation_config: { thinking_level: 'extreme' } }, ai), { name: 'BadRequestError', status: 400, message: /^400 .*thinking_level/ }));

scenario('an unknown field is a BadRequestError that names it', ['TR-4', 'ER-2'], () =>
  expectError((ai) => ask({ input: 'x', temperatur: 1 }, ai), { name: 'BadRequestError', status: 400, message: /^400 .*temperatur/ }));

scenario('an unknown id is a NotFoundError', ['ER-2'], () =>
  expectError((ai) => ai.interactions.get('nope'), { name: 'NotFoundError', status: 404, message: /^404 .*nope/ }));

scenario('an unknown model is a NotFoundError', ['ER-2'], () =>
  expectError((ai) => ai.interactions.create({ model: 'no-such-model', input: 'x' }), { name: 'NotFoundError', status: 404, message: /^404 .*no-such-model/ }));

scenario('an unknown agent is a NotFoundError', ['ER-2'], () =>
  expectError((ai) => ai.interactions.create({ agent: 'no-such-agent', input: 'x' }), { name: 'NotFoundError', status: 404, message: /^404 .*no-such-agent/ }));

scenario('an unknown parent is a NotFoundError', ['ST-9'], () =>
  expectError((ai) => ask({ input: 'x', previous_interaction_id: 'nope' }, ai), { name: 'NotFoundError', status: 404, message: /nope/ }));

scenario('a stream that cannot begin is an error of the call, not of the reading', ['SE-12'], () =>
  expectError((ai) => ask({ input: '', stream: true }, ai), { name: 'BadRequestError', status: 400, message: /input/ }));

scenario('a get with stream of an unknown id is a NotFoundError', ['ER-2'], () =>
  expectError((ai) => ai.interactions.get('nope', { stream: true }), { name: 'NotFoundError', status: 404, message: /nope/ }));

scenario('a cancel that cannot be is a BadRequestError at once', ['BG-3'], async () => {
  const { id } = await create({ input: 'echo: x' });
  await expectError((ai) => ai.interactions.cancel(id), { name: 'BadRequestError', status: 400, message: /cannot be cancelled/ });
});

scenario('a call that owes its result is a BadRequestError at once', ['FN-3'], async () => {
  const tools = [{ type: 'function', name: 'f' }];
  const asked = await create({ input: 'call f', tools });
  await expectError((ai) => ask({ input: 'x', previous_interaction_id: asked.id, tools }, ai), { name: 'BadRequestError', status: 400, message: /result/ });
});

scenario('features that are not offered are 400 and named, never 501', ['ER-2'], async () => {
  for (const body of [{ tools: [{ type: 'google_maps' }] }, { cached_content: 'cachedContents/x' }, { continuation_token: 'x' }]) {
    const answer = await tryCreate({ input: 'x', ...body });
    assert.equal(answer.status, 400, answer.text);
    assert.ok(Object.keys(body).some((name) => answer.json.error.message.includes(name)), answer.text);
  }
});

scenario('the body is {error: {code, message}} with a code in words', ['ER-1'], async () => {
  for (const answer of [await tryCreate({ input: 'x', nonsense: 1 }), await send('GET', `/${version}/interactions/nope`), await send('POST', `/${version}/interactions`, '{')]) {
    assert.deepEqual(Object.keys(answer.json), ['error']);
    assert.match(answer.json.error.code, /^[a-z_]+$/);
    assert.ok(answer.json.error.message.length > 10);
  }
});

scenario('no answer tells of types, files or stacks', [], async () => {
  const bodies = ['{', '{"model":1}', '{"model":"demo","input":{"type":"text"}}', '{"model":"demo","input":[1]}', '{"model":"demo","input":{"type":"nope"}}',
    '{"model":"demo","input":"x","tools":[{}]}', '{"model":"demo","input":"x","generation_config":[]}', `{"model":"demo","input":${'['.repeat(100)}${']'.repeat(100)}}`,
    '{"model":"demo","model":"demo","input":"x"}', '{"model":"demo","input":"\\ud800"}'];
  for (const body of bodies) {
    const answer = await send('POST', `/${version}/interactions`, body);
    assert.equal(answer.status, 400, `${body}: ${answer.text}`);
    assert.doesNotMatch(answer.text, /System\.|OpenInteractions\.|Exception|\.cs\b|\bat [A-Z]\w+\./, body);
  }
});

scenario('what a body does wrong is named with its place', ['TR-4', 'ER-6'], async () => {
  for (const [body, place] of [
    [{ input: [{ type: 'text', text: 'a' }, { type: 'image', mime_type: 'image/png' }] }, 'input[0].content[1]|input[1]'],
    [{ input: [{ type: 'user_input', content: [{ type: 'text', text: 'a', colour: 'red' }] }] }, 'input[0].content[0].colour'],
    [{ input: 'x', tools: [{ type: 'function', name: 'a b' }] }, 'tools[0].name'],
    [{ input: 'x', generation_config: { max_output_tokens: 'many' } }, 'generation_config.max_output_tokens'],
    [{ input: 'x', response_format: [{ type: 'text' }, { type: 'picture' }] }, 'response_format[1].type'],
    [{ input: 'x', labels: { 'Bad Key': 'x' } }, 'labels'],
  ]) {
    const answer = await tryCreate(body);
    assert.equal(answer.status, 400, answer.text);
    assert.ok(place.split('|').some((p) => answer.json.error.message.includes(p)), `${place} in: ${answer.text}`);
  }
});

scenario('broken bodies do not hurt the next caller', ['ER-2'], async () => {
  const invalidUtf8 = new Uint8Array([...Buffer.from(`{"model":"${model}","input":"`), 0xff, 0xfe, ...Buffer.from('"}')]);
  const broken = await fetch(`${baseUrl}/${version}/interactions`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-goog-api-key': apiKey }, body: invalidUtf8 });
  assert.equal(broken.status, 400, await broken.text());
  assert.equal((await create({ input: 'echo: fine' })).status, 'completed');
});

scenario('a body beyond the limit is refused before it is sent', ['ER-2', 'MM-3'], async () => {
  const { port, hostname } = new URL(baseUrl);
  const answer = await new Promise((resolve, reject) => {
    const request = http.request({ port, hostname, method: 'POST', path: `/${version}/interactions`, headers: { 'x-goog-api-key': apiKey, 'content-type': 'application/json', 'content-length': 100 * 1024 * 1024 + 1 } });
    request.on('response', async (response) => resolve({ status: response.statusCode, text: Buffer.concat(await response.toArray()).toString() }));
    request.on('error', reject);
    request.flushHeaders();
  });
  assert.equal(answer.status, 413);
  const { error } = JSON.parse(answer.text);
  assert.equal(error.code, 'request_too_large');
  assert.match(error.message, /100 MB/);
});

scenario('a large image, within the limit, goes through', ['MM-3'], async () => {
  const data = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(3_000_000)]).toString('base64');
  const made = await create({ input: [{ type: 'text', text: 'What is in this image?' }, { type: 'image', mime_type: 'image/gif', data }] });
  assert.equal(made.status, 'completed');
});
