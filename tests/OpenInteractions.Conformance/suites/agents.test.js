import assert from 'node:assert/strict';
import { genai, genai232 } from '../clients/index.js';
import { send } from '../support/http.js';
import { recordingProxy } from '../support/recordingProxy.js';
import { scenarios } from '../support/scenario.js';
import { ai, errorOf, plain, sdk } from '../support/sdk.js';
import { version } from '../support/settings.js';

const scenario = scenarios('agents');
const unique = (name) => `${name}-${Math.random().toString(36).slice(2, 10)}`;
const base_agent = 'antigravity-preview-05-2026';

const whole = (id) => ({
  id,
  base_agent,
  description: 'Reads pages',
  system_instruction: 'Answer in one sentence.',
  tools: [{ type: 'url_context' }, { type: 'function', name: 'f', parameters: { type: 'object' } }, { type: 'mcp_server', name: 'docs', url: 'https://mcp.example.com/mcp', headers: { authorization: 'conformance-secret' } }],
  agent_config: { type: 'antigravity', model: 'demo', max_total_tokens: '100000' },
});

for (const [line, sdkPackage] of [['3.1.0', genai], ['2.32.0', genai232]]) {
  scenario(`@google/genai ${line}: an agent is defined, read, listed and deleted`, ['CA-1', 'OP-agents.create', 'OP-agents.list', 'OP-agents.get', 'OP-agents.delete'], async () => {
    const client = sdk(undefined, {}, sdkPackage);
    const id = unique('reader');
    const expected = whole(id);
    delete expected.tools[2].headers;

    assert.deepEqual(plain(await client.agents.create(whole(id))), expected);
    assert.deepEqual(plain(await client.agents.get(id)), expected);
    assert.deepEqual(plain(await client.agents.get(`agents/${id}`)), expected);
    assert.deepEqual((await client.agents.list({ page_size: 1000 })).agents.filter((agent) => agent.id === id), [expected]);
    assert.deepEqual(plain(await client.agents.delete(id)), {});
    assert.equal((await errorOf(client.agents.get(id))).status, 404);
  });
}

scenario('agents come in pages', [], async () => {
  const ids = [unique('page'), unique('page'), unique('page')];
  for (const id of ids) {
    await ai.agents.create({ id, base_agent });
  }

  const seen = [];
  let token;
  do {
    const page = await ai.agents.list({ page_size: 2, page_token: token });
    assert.ok(page.agents.length <= 2);
    seen.push(...page.agents.map((agent) => agent.id));
    token = page.next_page_token;
  } while (token);
  assert.deepEqual(seen.filter((id) => ids.includes(id)), ids);
  await Promise.all(ids.map((id) => ai.agents.delete(id)));
});

scenario('an id that is taken is a ConflictError that the SDK has soon done with, and reserved ones are refused', ['CA-2'], async () => {
  const id = unique('twice');
  await ai.agents.create({ id, base_agent });
  const started = performance.now();
  const error = await errorOf(ai.agents.create({ id, base_agent }));
  assert.deepEqual([error.constructor.name, error.status], ['ConflictError', 409]);
  assert.ok(performance.now() - started < 3000, 'the SDK waited between its tries');
  await ai.agents.delete(id);
  for (const reserved of ['gemini-mine', 'Veo-x', 'ANTIGRAVITY-preview-05-2026']) {
    const refused = await errorOf(ai.agents.create({ id: reserved, base_agent }));
    assert.equal(refused.status, 400);
    assert.match(refused.message, /reserved/);
  }
});

scenario('what is refused is an error of its class, at once, with the place', ['CA-1'], async () => {
  const proxy = await recordingProxy();
  try {
    const client = sdk(proxy.url);
    for (const [call, name, status, words] of [
      [() => client.agents.get('nope'), 'NotFoundError', 404, /nope/],
      [() => client.agents.get(base_agent), 'NotFoundError', 404, /antigravity/],
      [() => client.agents.delete('nope'), 'NotFoundError', 404, /nope/],
      [() => client.agents.create({ base_agent }), 'BadRequestError', 400, /'id'/],
      [() => client.agents.create({ id: unique('a') }), 'BadRequestError', 400, /'base_agent'/],
      [() => client.agents.create({ id: unique('a'), base_agent, tols: [] }), 'BadRequestError', 400, /'tools'/],
      [() => client.agents.create({ id: unique('a'), base_agent, tools: [{ type: 'mcp_server', name: 'a', url: 'http://127.0.0.1/' }] }), 'BadRequestError', 400, /tools\[0\]\.url/],
    ]) {
      const before = proxy.requests.length;
      const error = await errorOf(call());
      assert.deepEqual([error.constructor.name, error.status], [name, status], String(error));
      assert.match(error.message, words);
      assert.equal(proxy.requests.length, before + 1, 'the SDK tried again');
    }
  } finally {
    await proxy.close();
  }
});

scenario('each change is a version, and an earlier one can be brought back', ['CA-9'], async () => {
  const id = unique('changing');
  const first = plain(await ai.agents.create(whole(id)));
  const changed = await send('PATCH', `/${version}/agents/${id}`, { description: 'Reads books', tools: [] });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(changed.json, { ...first, description: 'Reads books', tools: [] });
  assert.deepEqual(plain(await ai.agents.get(id)), changed.json);

  const back = await send('POST', `/${version}/agents/${id}:rollback`, { version: 1 });
  assert.equal(back.status, 200, back.text);
  assert.deepEqual(plain(await ai.agents.get(id)), first);
  const { json } = await send('GET', `/${version}/agents/${id}/versions`);
  assert.deepEqual(json.versions.map((v) => v.version), [3, 2, 1]);
  assert.deepEqual(json.versions[0].agent, json.versions[2].agent);
  assert.ok(!JSON.stringify(json).includes('conformance-secret'));
  await ai.agents.delete(id);
});
