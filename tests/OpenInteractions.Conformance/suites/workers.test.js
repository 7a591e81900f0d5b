import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scenarios } from '../support/scenario.js';
import { sdk } from '../support/sdk.js';
import { withServer } from '../support/server.js';
import { baseUrl, serverDll } from '../support/settings.js';

// A server without sandboxes of its own, and `oi worker` beside it as on another machine: users of the official client see no difference.
const scenario = scenarios('workers');
const root = fileURLToPath(new URL('../../../', import.meta.url));
const oi = ['publish/oi/oi.dll', 'src/OpenInteractions.Cli/bin/Release/net10.0/oi.dll', 'src/OpenInteractions.Cli/bin/Debug/net10.0/oi.dll']
  .map((path) => join(root, path)).filter((path) => existsSync(path)).sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0];
const ready = await (await fetch(`${baseUrl}/readyz?try=sandboxes`)).json();
const skip = !serverDll ? 'needs a server with settings of its own'
  : !oi ? "'oi' was not built"
    : process.getuid() !== 0 ? 'needs root, without which checkpoints are not sent'
      : ready.sandboxes?.state === 'enforced' ? false : `this machine runs no sandboxes: ${ready.sandboxes?.why ?? 'see /readyz'}`;
const agent = 'antigravity-preview-09-2026';
const settings = { OpenInteractions__Sandboxes__Engine: 'none', OpenInteractions__Workers__LeaseTime: '00:00:06', OpenInteractions__Environments__DiskBytes: '67108864' };
const bash = (...lines) => ['```bash', ...lines, '```'].join('\n');

async function withWorker(server, name, work) {
  const made = await (await fetch(`${server.url}/v1/workers`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) })).json();
  const directory = await mkdtemp(join(tmpdir(), 'openinteractions-worker-'));
  await writeFile(join(directory, 'key'), made.key, { mode: 0o600 });
  const worker = spawn('dotnet', [oi, 'worker', '--server', server.url, '--key-file', join(directory, 'key'), '--directory', join(directory, 'sandboxes')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  try {
    await new Promise((resolve, reject) => {
      const hear = (chunk) => {
        output.push(chunk.toString());
        if (output.join('').includes('Serving ')) {
          resolve();
        }
      };
      worker.stdout.on('data', hear);
      worker.stderr.on('data', hear);
      worker.on('exit', () => reject(new Error(`The worker ended:\n${output.join('')}`)));
    });
    return await work(made.id);
  } finally {
    if (worker.exitCode === null && worker.signalCode === null) {
      const gone = once(worker, 'exit');
      worker.kill('SIGTERM');
      await gone;
    }

    await rm(directory, { recursive: true, force: true });
  }
}

scenario('an agent works on another machine; its files are listed, downloaded and brought back on a third', ['EN-14'], async () => withServer({ settings }, async (server) => {
  const ai = sdk(server.url);
  let turn;
  await withWorker(server, 'first', async (id) => {
    turn = await ai.interactions.create({ agent, environment: 'remote', input: `Work.\n${bash('echo 4,16 >table.csv; mkdir -p deep; echo below >deep/file; cat table.csv')}` });
    assert.equal(turn.status, 'completed', JSON.stringify(turn));
    assert.match(JSON.stringify(turn.steps), /4,16/);
    const environment = turn.environment_id;
    assert.equal((await ai.environments.get(environment)).worker.id, id);
    const listed = await ai.environments.files.list({ environment, path: 'workspace' });
    assert.deepEqual(listed.files.map((file) => file.path).sort(), ['workspace/deep', 'workspace/table.csv']);
    assert.equal(Buffer.from(await ai.environments.files.download({ environment, path: 'workspace/table.csv' })).toString(), '4,16\n');
    const next = await ai.interactions.create({ agent, previous_interaction_id: turn.id, input: `More.\n${bash('cat deep/file')}` });
    assert.equal(next.environment_id, environment);
    assert.match(JSON.stringify(next.steps), /below/);
  });
  await withWorker(server, 'second', async (id) => {
    const restored = await ai.interactions.create({ agent, environment: { type: 'remote', from_interaction: turn.id }, input: `Again.\n${bash('cat table.csv deep/file')}` });
    assert.equal(restored.status, 'completed', JSON.stringify(restored));
    assert.match(JSON.stringify(restored.steps), /4,16\\nbelow/);
    assert.equal((await ai.environments.get(restored.environment_id)).worker.id, id);
  });
}), { skip, seconds: 120 });
