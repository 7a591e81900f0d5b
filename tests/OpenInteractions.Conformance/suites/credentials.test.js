import assert from 'node:assert/strict';
import { recordingProxy } from '../support/recordingProxy.js';
import { scenarios } from '../support/scenario.js';
import { ai, errorOf, plain, sdk } from '../support/sdk.js';

const scenario = scenarios('credentials');
const unique = (name) => `${name}-${Math.random().toString(36).slice(2, 10)}`;
const secret = 'conformance-secret';

const kinds = {
  bearer_token: { create: { token: secret, header_name: 'X-Api-Key', prefix: '' }, update: { token: `${secret}-2` } },
  oauth2: {
    create: { client_id: 'app', client_secret: secret, refresh_token: secret, token_url: 'https://auth.example.com/token', scopes: ['mail.read'] },
    update: { refresh_token: `${secret}-2` },
  },
  environment_variable: {
    create: { value: secret, injection_location: ['header', 'body'], trusted_domains: ['api.example.com', '*.example.org'] },
    update: { injection_location: 'query' },
  },
};

for (const [type, { create, update }] of Object.entries(kinds)) {
  scenario(`a credential of the type ${type} is made, read, changed and deleted, and never tells what it holds`, ['CR-2', 'OP-credentials.create', 'OP-credentials.list', 'OP-credentials.get', 'OP-credentials.update', 'OP-credentials.delete'], async () => {
    const id = unique(type.replace('_', '-'));
    const made = plain(await ai.credentials.create({ id, type, ...create }));
    assert.deepEqual(Object.keys(made).sort(), ['create_time', 'id', 'status', 'type', 'update_time']);
    assert.deepEqual([made.id, made.type, made.status], [id, type, 'active']);
    assert.ok(!Number.isNaN(Date.parse(made.create_time)) && made.update_time >= made.create_time);
    assert.deepEqual(plain(await ai.credentials.get(id)), made);
    assert.deepEqual(plain(await ai.credentials.get(`credentials/${id}`)), made);

    const changed = await ai.credentials.update(id, { type, ...update });
    const masked = await ai.credentials.update(id, { type, ...update, update_mask: Object.keys(update)[0] });
    assert.deepEqual([changed.id, changed.type, changed.create_time], [id, type, made.create_time]);
    assert.ok(masked.update_time >= changed.update_time);
    assert.ok((await errorOf(ai.credentials.update(id, { type: type === 'oauth2' ? 'bearer_token' : 'oauth2' }))).message.includes('type'));

    const page = await ai.credentials.list({ page_size: 1000 });
    assert.ok(!JSON.stringify([made, changed, masked, page]).includes(secret));
    assert.equal(page.credentials.filter((c) => c.id === id).length, 1);
    assert.deepEqual(plain(await ai.credentials.delete(id)), {});
    assert.equal((await errorOf(ai.credentials.get(id))).status, 404);
  });
}

scenario('credentials come in pages', [], async () => {
  const ids = [unique('page'), unique('page'), unique('page')];
  for (const id of ids) {
    await ai.credentials.create({ id, type: 'bearer_token', token: secret });
  }

  const seen = [];
  let token;
  do {
    const page = await ai.credentials.list({ page_size: 2, page_token: token });
    assert.ok(page.credentials.length <= 2);
    seen.push(...page.credentials.map((c) => c.id));
    token = page.next_page_token;
  } while (token);
  assert.deepEqual(seen.filter((id) => ids.includes(id)), ids);
  assert.equal((await errorOf(ai.credentials.list({ page_token: 'nonsense' }))).status, 400);
  await Promise.all(ids.map((id) => ai.credentials.delete(id)));
});

scenario('a credential without an id gets a UUID', ['CR-6'], async () => {
  const made = await ai.credentials.create({ type: 'bearer_token', token: secret });
  assert.match(made.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  await ai.credentials.delete(made.id);
});

scenario('a duplicate is a ConflictError that the SDK has soon done with', ['CR-6'], async () => {
  const id = unique('twice');
  await ai.credentials.create({ id, type: 'bearer_token', token: secret });
  const started = performance.now();
  const error = await errorOf(ai.credentials.create({ id, type: 'bearer_token', token: secret }));
  assert.deepEqual([error.constructor.name, error.status], ['ConflictError', 409]);
  assert.match(error.message, /aborted/);
  assert.ok(performance.now() - started < 3000, 'the SDK waited between its tries');
  await ai.credentials.delete(id);
});

scenario('what is refused is an error of its class, at once, with the place', ['TR-4', 'CR-6'], async () => {
  const proxy = await recordingProxy();
  try {
    const client = sdk(proxy.url);
    for (const [call, name, status, words] of [
      [() => client.credentials.get('nope'), 'NotFoundError', 404, /not_found.*nope/s],
      [() => client.credentials.update('nope', { type: 'bearer_token', token: secret }), 'NotFoundError', 404, /nope/],
      [() => client.credentials.delete('nope'), 'NotFoundError', 404, /nope/],
      [() => client.credentials.create({ type: 'bearer_token', token: secret, tokn: 1 }), 'BadRequestError', 400, /invalid_request.*'tokn'.*'token'/s],
      [() => client.credentials.create({ type: 'bearer_token' }), 'BadRequestError', 400, /'token'/],
      [() => client.credentials.create({ type: 'password', value: secret }), 'BadRequestError', 400, /environment_variable/],
      [() => client.credentials.create({ type: 'oauth2', ...kinds.oauth2.create, token_url: 'http://169.254.169.254/' }), 'BadRequestError', 400, /token_url/],
      [() => client.credentials.create({ type: 'environment_variable', value: secret, injection_location: 'header', trusted_domains: ['*'] }), 'BadRequestError', 400, /trusted_domains\[0\]/],
    ]) {
      const before = proxy.requests.length;
      const error = await errorOf(call());
      assert.deepEqual([error.constructor.name, error.status], [name, status], String(error));
      assert.match(error.message, words);
      assert.ok(!error.message.includes(secret));
      assert.equal(proxy.requests.length, before + 1, 'the SDK tried again');
    }
  } finally {
    await proxy.close();
  }
});
