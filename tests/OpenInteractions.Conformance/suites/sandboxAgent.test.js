import assert from 'node:assert/strict';
import { Fold, madeSteps } from '../support/fold.js';
import { get, openCreate, openGet, send, textOf } from '../support/http.js';
import { ended } from '../support/polling.js';
import { scenarios } from '../support/scenario.js';
import { ai, errorOf } from '../support/sdk.js';
import { withServer } from '../support/server.js';
import { baseUrl, serverDll, version } from '../support/settings.js';
import { readAll } from '../support/sse.js';

const scenario = scenarios('sandbox agent');
const ready = await (await fetch(`${baseUrl}/readyz?try=sandboxes`)).json();
const skip = ready.sandboxes?.state === 'enforced' ? false : `the server runs no sandboxes: ${ready.sandboxes?.why ?? 'see /readyz'}`;
const killable = skip || (serverDll ? false : 'needs a server that may be killed');

const agent = 'antigravity-preview-09-2026';
const fenced = (language, ...lines) => ['```' + language, ...lines, '```'].join('\n');
const table = fenced('python', "with open('table.csv', 'w') as f:", "    f.write('x,y\\n' + ''.join(f'{x},{x * x}\\n' for x in range(5)))", "print('table written')");
const picture = fenced('python',
  'import struct, zlib',
  'def chunk(kind, data):',
  "    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))",
  'width, height = 8, 4',
  "rows = b''.join(b'\\0' + bytes([x * 30, 0, 200]) * width for x in range(height))",
  "head = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)",
  "open('picture.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))");
const types = (interaction) => interaction.steps.map((step) => step.type);
const call = ['code_execution_call', 'code_execution_result'];

scenario('one call makes a table and a picture, the SDK downloads both, and a second turn reads them', ['AG-1', 'AG-7', 'EN-1', 'EN-10', 'ST-5'], async () => {
  const begun = await ai.interactions.create({ agent, environment: 'remote', background: true, input: `Make both.\n\n${table}\n\n${picture}\n` });
  assert.match(begun.environment_id, /^env_/);
  assert.equal(begun.agent, agent);
  const first = await ended(begun.id, { seconds: 60 });
  assert.equal(first.status, 'completed', JSON.stringify(first.errors));
  assert.deepEqual(types({ steps: madeSteps(first) }), [...call, ...call, 'model_output']);
  assert.match(textOf(first), /picture\.png/);
  assert.match(textOf(first), /8×4 pixels/);
  const shown = madeSteps(first)[3].result;
  assert.deepEqual(shown.map((block) => block.type), ['text', 'text', 'image']);

  const environment = first.environment_id;
  const listed = await ai.environments.files.list({ environment, path: 'workspace' });
  assert.deepEqual(listed.files.map((file) => file.path).sort(), ['workspace/picture.png', 'workspace/table.csv']);
  const download = async (path) => Buffer.from(await ai.environments.files.download({ environment, path }));
  assert.equal((await download('workspace/table.csv')).toString(), 'x,y\n0,0\n1,1\n2,4\n3,9\n4,16\n');
  assert.equal((await download('workspace/picture.png')).toString('base64'), shown[2].data);

  const second = await ai.interactions.create({ agent, environment: first.environment_id, input: `Read them.\n${fenced('bash', 'tail -n 1 table.csv; stat -c %s picture.png')}` });
  assert.equal(second.status, 'completed');
  assert.match(JSON.stringify(second.steps), /4,16\\n[0-9]+\\n/);
  assert.equal(second.environment_id, first.environment_id);
  const third = await ai.interactions.create({ agent, previous_interaction_id: second.id, input: `Once more.\n${fenced('bash', 'ls')}` });
  assert.equal(third.environment_id, first.environment_id);
  await ai.environments.delete(first.environment_id);
}, { skip, seconds: 120 });

scenario('an unknown environment and an unknown agent are 404, and nothing is made', ['EN-2'], async () => {
  const before = (await ai.environments.list({ page_size: 1000 })).environments.length;
  const environment = await errorOf(ai.interactions.create({ agent, environment: 'env_none', input: 'x' }));
  assert.deepEqual([environment.status, environment.error?.error?.code ?? 'not_found'], [404, 'not_found']);
  assert.equal((await errorOf(ai.interactions.create({ agent: 'nobody', environment: 'remote', input: 'x' }))).status, 404);
  const config = await errorOf(ai.interactions.create({ agent, environment: 'remote', input: 'x', agent_config: { type: 'deep-research' } }));
  assert.equal(config.status, 400);
  assert.match(config.message, /agent_config\.type/);
  assert.equal((await ai.environments.list({ page_size: 1000 })).environments.length, before);
}, { skip });

scenario('an agent that a caller defined has its instructions, its model, and a copy of its base environment in each run', ['CA-1', 'CA-3', 'CA-4', 'CA-5', 'CA-8'], async () => {
  const base = await ai.environments.create({ sources: [{ type: 'inline', target: 'notes.txt', content: 'prepared\n' }] });
  const id = `notes-${Math.random().toString(36).slice(2, 10)}`;
  await ai.agents.create({ id, base_agent: agent, system_instruction: 'Work with notes.', base_environment: base.id, agent_config: { type: 'antigravity', model: 'demo' } });
  const run = () => ai.interactions.create({ agent: id, input: `Add one.\n${fenced('bash', 'echo added >>notes.txt; cat notes.txt')}` });
  const [one, two] = [await run(), await run()];
  for (const made of [one, two]) {
    assert.equal(made.status, 'completed');
    assert.equal(made.agent, id);
    assert.match(JSON.stringify(made.steps), /prepared\\nadded\\n"/);
  }

  assert.notEqual(one.environment_id, two.environment_id);
  const chosen = await errorOf(ai.interactions.create({ agent: id, input: 'x', agent_config: { type: 'antigravity', model: 'demo' } }));
  assert.match(chosen.message, /agent_config\.model/);
  await ai.agents.delete(id);
  for (const environment of [base.id, one.environment_id, two.environment_id]) {
    assert.equal((await ai.environments.get(environment)).id, environment); // CA-8
    await ai.environments.delete(environment);
  }
}, { skip, seconds: 120 });

scenario('a budget of tokens ends a run as incomplete, and a continuation has a fresh one', ['AG-5'], async () => {
  const blocks = Array.from({ length: 6 }, (_, i) => fenced('bash', `echo ${i} >>count; cat count`)).join('\n');
  const agent_config = { type: 'antigravity', max_total_tokens: '1500' };
  const cut = await ai.interactions.create({ agent, environment: 'remote', input: blocks, agent_config });
  assert.equal(cut.status, 'incomplete');
  assert.ok(cut.steps.length >= 2 && cut.steps.length < 12, `${cut.steps.length} steps`);
  assert.deepEqual(types(cut).slice(0, 2), call);
  const next = await ai.interactions.create({ agent, previous_interaction_id: cut.id, input: `Go on.\n${fenced('bash', 'echo more')}`, agent_config: { type: 'antigravity', max_total_tokens: '20000' } });
  assert.equal(next.status, 'completed');
  await ai.environments.delete(cut.environment_id);
}, { skip, seconds: 120 });

scenario('functions of an agent need a stored interaction, and are the client\'s to answer', ['AG-2', 'AG-3'], async () => {
  const tools = [{ type: 'function', name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }];
  const refused = await errorOf(ai.interactions.create({ agent, environment: 'remote', store: false, tools, input: 'x' }));
  assert.equal(refused.status, 400);
  assert.match(refused.message, /'store'/);
  const asked = await ai.interactions.create({ agent, environment: 'remote', tools: [{ type: 'code_execution' }, ...tools], input: 'Call get_weather for Paris.' });
  assert.equal(asked.status, 'requires_action');
  const call = asked.steps.at(-1);
  assert.deepEqual([call.type, call.name], ['function_call', 'get_weather']);
  const answered = await ai.interactions.create({ agent, previous_interaction_id: asked.id, tools, input: [{ type: 'function_result', call_id: call.id, result: 'sunny' }] });
  assert.match(textOf(answered), /sunny/);
  await ai.environments.delete(asked.environment_id);
}, { skip });

scenario("an agent's id in 'model' is the agent, in the background too, and a model goes on with what it did", ['TR-2', 'ST-11', 'BG-1'], async () => {
  const begun = await ai.interactions.create({ model: agent, environment: 'remote', background: true, input: `Count.\n${fenced('bash', 'echo 6 times 7 is $((6 * 7))')}` });
  assert.deepEqual([begun.agent, begun.model, begun.status], [agent, undefined, 'in_progress']);
  const first = await ended(begun.id, { seconds: 60 });
  assert.deepEqual(types({ steps: madeSteps(first) }), [...call, 'model_output']);
  const told = await ai.interactions.create({ model: 'demo', previous_interaction_id: first.id, input: 'What did I ask first?' });
  assert.equal(told.status, 'completed');
  assert.match(textOf(told), /Count/);
  await ai.environments.delete(first.environment_id);
}, { skip, seconds: 120 });

scenario('code of a plain model call runs in a sandbox that lasts as long as the conversation', ['TL-1', 'TL-7'], async () => {
  const first = await ai.interactions.create({ model: 'demo', tools: [{ type: 'code_execution' }], input: fenced('python', "open('kept.txt', 'w').write('of turn one')", 'print(6 * 7)') });
  assert.deepEqual(types(first), [...call, 'model_output']);
  assert.match(JSON.stringify(first.steps[1].result), /42/);
  const second = await ai.interactions.create({ model: 'demo', tools: [{ type: 'code_execution' }], previous_interaction_id: first.id, input: fenced('bash', 'cat kept.txt') });
  assert.match(JSON.stringify(second.steps[1].result), /of turn one/);
  const stranger = await ai.interactions.create({ model: 'demo', tools: [{ type: 'code_execution' }], input: fenced('bash', 'ls') });
  assert.equal(stranger.steps[1].result, '[No output.]');
}, { skip, seconds: 120 });

scenario('a run of an agent that lives through crashes ends with every block done once, and its stream can be resumed', ['SM-5', 'BG-5', 'AG-2'], () => withServer(
  { settings: { OpenInteractions__Runs__LeaseTime: '00:00:02', OpenInteractions__Runs__PollInterval: '00:00:00.050' } },
  async (server) => {
    const base = server.url;
    const blocks = Array.from({ length: 6 }, (_, i) => fenced('bash', `echo ${i} >>done; sleep 0.3`));
    const input = [...blocks, fenced('bash', 'cat done')].join('\n');
    const response = await openCreate({ model: undefined, agent, environment: 'remote', background: true, stream: true, input }, { base });
    const fold = new Fold();
    const first = readAll(response, (event) => fold.add(event));
    const { json } = await until(() => send('GET', `/${version}/interactions?page_size=1`, undefined, { base }), (answer) => answer.json?.interactions?.length === 1);
    const [{ id }] = json.interactions;
    for (let kills = 1; kills <= 3; kills++) {
      await until(() => get(id, '', { base }), (interaction) => interaction.status !== 'in_progress' || madeSteps(interaction).length >= kills * 2);
      await server.kill();
      await server.start();
    }

    await first;
    const stored = await ended(id, { seconds: 90, base });
    assert.equal(stored.status, 'completed', JSON.stringify(stored.errors));
    const steps = madeSteps(stored);
    const results = steps.filter((step) => step.type === 'code_execution_result');
    // A command that a crash cut is told as uncertain and is not made again; what was done was done once.
    const said = results.map((result) => JSON.stringify(result.result));
    const written = [...(said.at(-1).match(/[0-9]/g) ?? [])];
    assert.deepEqual(written, [...new Set(written)].sort(), said.join('\n'));
    assert.equal(steps.filter((step) => step.type === 'code_execution_call').length, results.length);
    const replay = await readAll(await openGet(id, undefined, { base }));
    assert.deepEqual(Fold.of(replay.events).steps, steps);
  }), { skip: killable, seconds: 240 });

async function until(ask, isIt, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) {
      return answer;
    }

    assert.ok(Date.now() < end, `It did not come within ${seconds} s: ${JSON.stringify(answer).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
