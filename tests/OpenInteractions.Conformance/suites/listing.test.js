import assert from 'node:assert/strict';
import { create, get, remove, send, tryCreate } from '../support/http.js';
import { scenarios } from '../support/scenario.js';
import { ai } from '../support/sdk.js';
import { model, version } from '../support/settings.js';

const scenario = scenarios('listing');
const list = (query) => send('GET', `/${version}/interactions?${new URLSearchParams(query)}`);
const tree = (id, query = {}) => send('GET', `/${version}/interactions/${id}/tree?${new URLSearchParams(query)}`);

/** A label that nobody else uses, so that a test sees only its own. */
const ownLabel = () => `t${crypto.randomUUID()}`;

scenario('labels are kept and shown', [], async () => {
  const labels = { team: 'search', env: '', 'größe_1': 'groß' };
  const made = await create({ input: 'echo: x', labels });
  assert.deepEqual((await get(made.id)).labels, labels);
});

scenario('labels that break the rules are refused', [], async () => {
  for (const labels of [{ Team: 'x' }, { '1a': 'x' }, { a: 'X' }, { a: 'x y' }, { ['a'.repeat(64)]: 'x' }, { a: 'x'.repeat(64) }, { '': 'x' }]) {
    const answer = await tryCreate({ input: 'x', labels });
    assert.equal(answer.status, 400, `${JSON.stringify(labels)}: ${answer.text}`);
    assert.match(answer.json.error.message, /label/);
  }
});

scenario('newest first, without steps, filtered by label', ['OP-interactions.list', 'TR-11'], async () => {
  const run = ownLabel();
  const made = [];
  for (const n of [1, 2, 3]) {
    made.push((await create({ input: `echo: ${n}`, labels: { run, n: `n${n}` } })).id);
  }

  const all = (await list({ 'label.run': run })).json;
  assert.deepEqual(all.interactions.map((i) => i.id), made.toReversed());
  assert.ok(all.interactions.every((i) => !('steps' in i) && i.object === 'interaction' && i.status === 'completed' && i.model === model));
  assert.equal(all.next_page_token, undefined);
  assert.deepEqual((await list({ 'label.run': run, 'label.n': 'n2' })).json.interactions.map((i) => i.id), [made[1]]);
  assert.deepEqual((await list({ 'label.run': 'nobody' })).json.interactions, []);
});

scenario('pages follow each other without gap or overlap, also while more is added', ['OP-interactions.list'], async () => {
  const run = ownLabel();
  const made = [];
  for (let n = 0; n < 7; n++) {
    made.unshift((await create({ input: 'echo: x', labels: { run } })).id);
  }

  const seen = [];
  let token;
  do {
    const page = (await list({ 'label.run': run, page_size: 3, ...(token && { page_token: token }) })).json;
    assert.ok(page.interactions.length <= 3);
    seen.push(...page.interactions.map((i) => i.id));
    token = page.next_page_token;
    await create({ input: 'echo: later', labels: { run } });
  } while (token);

  assert.deepEqual(seen, made);
});

scenario('filters by status, model, time and parent', ['OP-interactions.list'], async () => {
  const run = ownLabel();
  const tools = [{ type: 'function', name: 'f' }];
  const done = await create({ input: 'echo: x', labels: { run } });
  const waiting = await create({ input: 'call f', tools, labels: { run }, previous_interaction_id: done.id });
  const ids = async (query) => (await list({ 'label.run': run, ...query })).json.interactions.map((i) => i.id);
  assert.deepEqual(await ids({ status: 'requires_action' }), [waiting.id]);
  assert.deepEqual(await ids({ status: 'completed' }), [done.id]);
  assert.deepEqual(await ids({ model }), [waiting.id, done.id]);
  assert.deepEqual(await ids({ model: 'other' }), []);
  assert.deepEqual(await ids({ agent: 'any' }), []);
  assert.deepEqual(await ids({ previous_interaction_id: done.id }), [waiting.id]);
  assert.deepEqual(await ids({ created_after: '2020-01-01T00:00:00Z', created_before: '2100-01-01T00:00:00Z' }), [waiting.id, done.id]);
  assert.deepEqual(await ids({ created_before: '2020-01-01T00:00:00Z' }), []);
  assert.deepEqual(await ids({ created_after: '2100-01-01T00:00:00Z' }), []);
});

scenario('bad sizes, tokens and filters are 400', ['OP-interactions.list'], async () => {
  for (const query of [{ page_size: 0 }, { page_size: -1 }, { page_size: 1001 }, { page_size: 'x' }, { page_token: 'x' }, { status: 'done' }, { created_after: 'yesterday' }]) {
    const answer = await list(query);
    assert.equal(answer.status, 400, `${JSON.stringify(query)}: ${answer.text.slice(0, 200)}`);
    assert.match(answer.json.error.message, new RegExp(Object.keys(query)[0]));
  }
});

scenario('a page token belongs to its list', ['OP-interactions.list'], async () => {
  const run = ownLabel();
  await Promise.all([1, 2, 3].map(() => create({ input: 'echo: x', labels: { run } })));
  const { next_page_token } = (await list({ 'label.run': run, page_size: 1 })).json;
  assert.ok(next_page_token);
  assert.equal((await list({ 'label.run': 'other', page_token: next_page_token })).status, 400);
});

scenario('what is not stored, or deleted, is not listed', ['OP-interactions.list', 'ST-14', 'ST-16'], async () => {
  const run = ownLabel();
  await create({ input: 'echo: x', labels: { run }, store: false });
  const gone = await create({ input: 'echo: x', labels: { run } });
  await remove(gone.id);
  assert.deepEqual((await list({ 'label.run': run })).json.interactions, []);
});

scenario('the tree shows ancestors and branches from any of its nodes', ['OP-interactions.tree', 'ST-10'], async () => {
  const root = await create({ input: 'echo: root' });
  const left = await create({ input: 'echo: left', previous_interaction_id: root.id });
  const right = await create({ input: 'echo: right', previous_interaction_id: root.id });
  const leaf = await create({ input: 'echo: leaf', previous_interaction_id: left.id });
  for (const from of [root, left, right, leaf]) {
    const { root_id, nodes } = (await tree(from.id)).json;
    assert.equal(root_id, root.id);
    assert.deepEqual(nodes.map((n) => [n.id, n.previous_interaction_id]), [[root.id, undefined], [left.id, root.id], [right.id, root.id], [leaf.id, left.id]]);
    assert.ok(nodes.every((n) => n.status === 'completed' && n.model === model && n.created && !('steps' in n)));
  }
});

scenario('a large tree comes in pages', ['OP-interactions.tree'], async () => {
  const root = await create({ input: 'echo: root' });
  const made = [root.id];
  for (let n = 0; n < 5; n++) {
    made.push((await create({ input: 'echo: x', previous_interaction_id: root.id })).id);
  }

  const first = (await tree(root.id, { page_size: 4 })).json;
  const second = (await tree(root.id, { page_size: 4, page_token: first.next_page_token })).json;
  assert.deepEqual([...first.nodes, ...second.nodes].map((n) => n.id), made);
  assert.equal(second.next_page_token, undefined);
  assert.equal((await tree(root.id, { page_size: 0 })).status, 400);
  assert.equal((await tree(root.id, { page_token: 'x' })).status, 400);
});

scenario('models are listed in the shape of Google', ['OP-models.list', 'OP-models.get'], async () => {
  const page = (await send('GET', `/${version}/models`)).json;
  const listed = page.models.find((m) => m.name === `models/${model}`);
  assert.ok(listed, JSON.stringify(page).slice(0, 300));
  assert.ok(listed.displayName && listed.description && listed.inputTokenLimit > 0 && listed.outputTokenLimit > 0);
  assert.deepEqual((await send('GET', `/${version}/models/${model}`)).json, listed);
  const unknown = await send('GET', `/${version}/models/no-such-model`);
  assert.equal(unknown.status, 404);
  assert.equal(unknown.json.error.code, 404);
  assert.equal(unknown.json.error.status, 'NOT_FOUND');
});

scenario('the SDK lists and gets models', ['OP-models.list', 'OP-models.get'], async () => {
  const names = [];
  for await (const entry of await ai.models.list({ config: { pageSize: 2 } })) {
    names.push(entry.name);
  }

  assert.ok(names.includes(`models/${model}`));
  assert.equal((await ai.models.get({ model })).name, `models/${model}`);
});
