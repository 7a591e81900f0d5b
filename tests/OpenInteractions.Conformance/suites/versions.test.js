import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { get, ok, send, textOf } from '../support/http.js';
import { scenarios } from '../support/scenario.js';
import { withServer } from '../support/server.js';
import { ask, errorOf, sdk } from '../support/sdk.js';
import { apiKey, baseUrl, model, serverDll } from '../support/settings.js';

const scenario = scenarios('versions and keys');
const versions = ['v1', 'v1beta', 'v1alpha', 'v1beta1', 'v1beta2'];
const operations = { create: 'OP-interactions.create', get: 'OP-interactions.get', cancel: 'OP-interactions.cancel', delete: 'OP-interactions.delete' };

for (const one of versions) {
  scenario(`${one} serves every operation`, ['TR-10', ...Object.values(operations)], async () => {
    const made = ok(await send('POST', `/${one}/interactions`, { model, input: 'My name is Ada.', labels: { a: 'b' } }));
    for (const other of versions) {
      assert.deepEqual(ok(await send('GET', `/${other}/interactions/${made.id}`)), await get(made.id), `${one} to ${other}`);
    }

    const next = ok(await send('POST', `/${one}/interactions`, { model: `models/${model}`, input: 'What is my name?', previous_interaction_id: made.id }));
    assert.match(textOf(next), /Ada/);
    assert.equal((await send('GET', `/${one}/interactions?page_size=1`)).status, 200);
    assert.equal((await send('GET', `/${one}/interactions/${next.id}/tree`)).status, 200);
    assert.equal((await send('POST', `/${one}/interactions/${next.id}/cancel`)).status, 400);
    assert.equal((await send('GET', `/${one}/models/${model}`)).status, 200);
    assert.equal((await send('DELETE', `/${one}/interactions/${next.id}`)).status, 200);
    assert.equal((await send('GET', `/${one}/interactions/${next.id}`)).status, 404);
  });

  scenario(`the SDK speaks ${one}`, ['OP-interactions.create', 'TR-10'], async () => {
    const client = sdk(baseUrl, { apiVersion: one });
    assert.equal((await ask({ input: 'echo: x' }, client)).output_text, 'x');
    assert.equal((await sdk().interactions.create({ model, input: 'echo: y', api_version: one })).output_text, 'y');
  });
}

scenario('other version segments do not exist', [], async () => {
  for (const other of ['v2', 'V0', 'beta', 'v1gamma']) {
    assert.equal((await send('POST', `/${other}/interactions`, { model, input: 'x' })).status, 404);
  }
});

const forms = [
  ['x-goog-api-key', (key) => [{ 'x-goog-api-key': key }, '']],
  ['a bearer token', (key) => [{ authorization: `Bearer ${key}` }, '']],
  ['?key=', (key) => [{}, `?key=${encodeURIComponent(key)}`]],
];

for (const [form, by] of forms) {
  scenario(`a key as ${form} is accepted`, ['TR-5'], async () => {
    const [extraHeaders, query] = by(apiKey);
    const answer = await send('POST', `/v1/interactions${query}`, { model, input: 'echo: x' }, { auth: false, extraHeaders });
    assert.equal(answer.status, 200, answer.text);
  });
}

scenario('the SDK sends a bearer token when told to', ['TR-5'], async () => {
  const client = sdk(baseUrl, { httpOptions: { headers: { Authorization: `Bearer ${apiKey}` } } });
  assert.equal((await ask({ input: 'echo: x' }, client)).output_text, 'x');
});

const [one, two] = ['conformance-key-one', 'conformance-key-two'];

scenario('once keys exist, a missing or wrong key is 401 in every form, and projects do not see each other', ['TR-5', 'ER-2', 'ER-1'], () => withServer({ prepare: (dataDir) => writeKeys(dataDir, { one, two }) }, async (server) => {
  const call = ([extraHeaders, query], method = 'POST', tail = '', body = undefined) =>
    send(method, `/v1/interactions${tail}${query}`, method === 'POST' ? { model, input: 'echo: x', ...body } : undefined, { base: server.url, auth: false, extraHeaders });
  for (const [, by] of forms) {
    assert.equal((await call(by(one))).status, 200);
    const wrong = await call(by('wrong'));
    assert.equal(wrong.status, 401);
    assert.equal(wrong.json.error.code, 'authentication');
  }

  assert.equal((await call([{}, ''])).status, 401);
  const error = await errorOf(ask({ input: 'x' }, sdk(server.url, { apiKey: 'wrong' })));
  assert.equal(error.constructor.name, 'AuthenticationError');

  const mine = await ask({ input: 'echo: x' }, sdk(server.url, { apiKey: one }));
  const stranger = [{ 'x-goog-api-key': two }, ''];
  assert.equal((await call(stranger, 'GET', `/${mine.id}`)).status, 404);
  assert.equal((await call(stranger, 'DELETE', `/${mine.id}`)).status, 404);
  assert.equal((await call(stranger, 'POST', '', { previous_interaction_id: mine.id })).status, 404);
  assert.deepEqual((await call(stranger, 'GET')).json.interactions, []);
  assert.equal((await call([{ 'x-goog-api-key': one }, ''], 'GET', `/${mine.id}`)).status, 200);

  const preflight = await fetch(`${server.url}/v1/interactions`, {
    method: 'OPTIONS', headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-goog-api-key' },
  });
  assert.ok(preflight.ok, 'a preflight has no key');
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
}), { skip: serverDll ? false : 'needs a server with keys of its own' });

/** The file that `oi keys create` writes: the keys themselves are not in it. */
function writeKeys(dataDir, keys) {
  const entries = Object.entries(keys).map(([project, key]) => ({
    id: `key_${project}`, project, sha256: createHash('sha256').update(key).digest('hex'), created: '2026-01-01T00:00:00Z',
  }));
  return writeFile(join(dataDir, 'keys.json'), JSON.stringify(entries), { mode: 0o600 });
}
