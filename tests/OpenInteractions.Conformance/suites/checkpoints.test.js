import assert from 'node:assert/strict';
import { send } from '../support/http.js';
import { scenarios } from '../support/scenario.js';
import { ai, errorOf } from '../support/sdk.js';
import { baseUrl, version } from '../support/settings.js';

const scenario = scenarios('checkpoints');
const ready = await (await fetch(`${baseUrl}/readyz?try=sandboxes`)).json();
const skip = ready.sandboxes?.state === 'enforced' ? false : `the server runs no sandboxes: ${ready.sandboxes?.why ?? 'see /readyz'}`;

const agent = 'antigravity-preview-09-2026';
const bash = (...lines) => ['```bash', ...lines, '```'].join('\n');
const said = (interaction) => JSON.stringify(interaction.steps);
const list = async (id, query = '') => (await send('GET', `/${version}/environments/${id}/checkpoints${query}`)).json;

scenario('a branch from an earlier turn sees the files of that turn while the environment goes on', ['EN-14'], async () => {
  const first = await ai.interactions.create({ agent, environment: 'remote', input: bash('echo of turn one >kept.txt; echo draft >draft.txt') });
  assert.equal(first.status, 'completed');
  const second = await ai.interactions.create({ agent, previous_interaction_id: first.id, input: bash('echo of turn two >kept.txt; rm draft.txt') });
  assert.equal(second.environment_id, first.environment_id);

  const branch = await ai.interactions.create({
    agent, previous_interaction_id: first.id, environment: { type: 'remote', from_interaction: first.id }, input: bash('cat kept.txt draft.txt; echo of the branch >kept.txt'),
  });
  assert.equal(branch.status, 'completed');
  assert.match(said(branch), /of turn one\\ndraft\\n/);
  assert.notEqual(branch.environment_id, first.environment_id);

  // Each goes on with its own files.
  const old = await ai.interactions.create({ agent, previous_interaction_id: second.id, input: bash('cat kept.txt; ls') });
  assert.match(said(old), /of turn two\\nkept\.txt\\n/);
  const next = await ai.interactions.create({ agent, previous_interaction_id: branch.id, input: bash('cat kept.txt') });
  assert.equal(next.environment_id, branch.environment_id);
  assert.match(said(next), /of the branch/);

  // An environment of its own, without an interaction.
  const made = await ai.environments.create({ from_interaction: second.id });
  assert.equal(Buffer.from(await ai.environments.files.download({ environment: made.id, path: 'workspace/kept.txt' })).toString(), 'of turn two\n');

  for (const id of [first.environment_id, branch.environment_id, made.id]) {
    await ai.environments.delete(id);
  }

  assert.equal((await errorOf(ai.environments.create({ from_interaction: first.id }))).status, 404, 'checkpoints go with their environment');
}, { skip, seconds: 120 });

scenario('checkpoints are listed in pages and deleted one by one', [], async () => {
  const turns = [];
  let environment = 'remote';
  for (const word of ['a', 'b', 'c']) {
    const turn = await ai.interactions.create({ agent, environment, input: bash(`echo ${word} >>file`) });
    environment = turn.environment_id;
    turns.unshift(turn.id);
  }

  const page = await list(environment, '?page_size=2');
  const rest = await list(environment, `?page_size=2&page_token=${page.next_page_token}`);
  const all = [...page.checkpoints, ...rest.checkpoints];
  assert.deepEqual(all.map((checkpoint) => checkpoint.interaction_id), turns);
  assert.equal(rest.next_page_token, undefined);
  assert.ok(all.every((checkpoint) => /^chk_/.test(checkpoint.id) && checkpoint.environment_id === environment && Number(checkpoint.size_bytes) > 0 && checkpoint.expires > checkpoint.created));

  const path = `/${version}/environments/${environment}/checkpoints/${all[1].id}`;
  assert.equal((await send('DELETE', path)).status, 200);
  assert.equal((await send('DELETE', path)).status, 404);
  assert.deepEqual((await list(environment)).checkpoints.map((checkpoint) => checkpoint.interaction_id), [turns[0], turns[2]]);
  assert.equal((await errorOf(ai.environments.create({ from_interaction: turns[1] }))).status, 404);
  const other = await ai.environments.create({});
  assert.equal((await send('GET', `/${version}/environments/${other.id}/checkpoints?page_token=${page.next_page_token}`)).status, 400, 'a page goes on only where it began');
  assert.equal((await send('DELETE', `/${version}/environments/${other.id}/checkpoints/${all[0].id}`)).status, 404);
  assert.equal((await send('GET', `/${version}/environments/env_none/checkpoints`)).status, 404);
  await ai.environments.delete(other.id);
  await ai.environments.delete(environment);
}, { skip, seconds: 120 });

scenario('what cannot be had from a checkpoint is refused with its place and makes nothing', [], async () => {
  const count = async () => (await ai.environments.list({ page_size: 1000 })).environments.length;
  const turn = await ai.interactions.create({ agent, environment: 'remote', input: bash('echo x >file') });
  const before = await count();
  const refuse = async (environment, status, place) => {
    const { status: got, json } = await send('POST', `/${version}/interactions`, { agent, environment, input: 'x' });
    assert.equal(got, status, JSON.stringify(json));
    assert.match(json.error.message, place);
  };
  await refuse({ type: 'remote', from_interaction: 'int_none' }, 404, /checkpoints/);
  await refuse({ type: 'remote', from_interaction: '' }, 400, /from_interaction/);
  await refuse({ type: 'remote', from_interaction: 7 }, 400, /from_interaction/);
  await refuse({ type: 'remote', from_interactions: turn.id }, 400, /from_interactions/);
  await refuse({ type: 'remote', from_interaction: turn.id, environment_id: turn.environment_id }, 400, /environment\.from_interaction/);
  await refuse({ type: 'remote', from_interaction: turn.id, env: { A: '1' } }, 400, /environment\.from_interaction/);
  await refuse({ type: 'remote', from_interaction: turn.id, sources: [{ type: 'inline', target: 'a', content: 'a' }] }, 400, /environment\.from_interaction/);
  assert.equal((await errorOf(ai.environments.create({ from_interaction: turn.id, from_environment: turn.environment_id }))).status, 400);
  const definition = await errorOf(ai.agents.create({ id: `c-${Math.random().toString(36).slice(2, 10)}`, base_agent: agent, base_environment: { type: 'remote', from_interaction: turn.id } }));
  assert.equal(definition.status, 400);
  assert.match(definition.message, /base_environment\.from_interaction/);
  assert.equal(await count(), before);
  await ai.environments.delete(turn.environment_id);
}, { skip, seconds: 120 });
