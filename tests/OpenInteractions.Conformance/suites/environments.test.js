import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseUrl, apiKey } from '../support/settings.js';
import { scenarios } from '../support/scenario.js';
import { ai, errorOf } from '../support/sdk.js';

const scenario = scenarios('environments');
const ready = await (await fetch(`${baseUrl}/readyz?try=sandboxes`)).json();
const skip = ready.sandboxes?.state === 'enforced' ? false : `the server runs no sandboxes: ${ready.sandboxes?.why ?? 'see /readyz'}`;

async function withEnvironment(body, params = {}) {
  const environment = await ai.environments.create(params);
  try {
    await body(environment.id, environment);
  } finally {
    await ai.environments.delete(environment.id);
  }
}

const media = (id, path) => fetch(`${baseUrl}/v1/environments/${id}/files/${path}?alt=media`, { headers: { 'x-goog-api-key': apiKey } });
const upload = (id, path, body, query = '') => fetch(`${baseUrl}/upload/v1/environments/${id}/files/${path}${query}`, { method: 'PUT', headers: { 'x-goog-api-key': apiKey }, body });

scenario('an environment is made, read, listed and deleted', ['EN-11', 'OP-environments.create', 'OP-environments.list', 'OP-environments.get', 'OP-environments.delete'], async () => {
  const made = await ai.environments.create({
    sources: [{ type: 'inline', target: '/workspace/notes/a.txt', content: 'very secret' }],
    network: 'disabled',
  });
  assert.match(made.id, /^env_[0-9a-z]+$/);
  assert.equal(made.status, 'active');
  const read = await ai.environments.get(made.id);
  assert.deepEqual(read.sources, [{ type: 'inline', target: '/workspace/notes/a.txt' }]);
  assert.equal(read.network, 'disabled');
  assert.ok(!JSON.stringify(read).includes('secret'));
  assert.equal(read.root_filesystem, ready.sandboxes.root_filesystem); // a field of ours comes through the SDK
  const page = await ai.environments.list({ page_size: 1000 });
  assert.ok(page.environments.some((e) => e.id === made.id));
  await ai.environments.delete(made.id);
  assert.equal((await errorOf(ai.environments.get(made.id))).status, 404);
  assert.equal((await errorOf(ai.environments.delete(made.id))).status, 404);
}, { skip });

scenario('files are uploaded, listed and downloaded as the SDK does it', ['EN-12', 'OP-environments.files.list', 'OP-environments.files.download', 'OP-environments.files.upload'], async () => withEnvironment(async (id) => {
  const folder = await mkdtemp(join(tmpdir(), 'oi-environments-'));
  try {
    const file = join(folder, 'a b.txt');
    await writeFile(file, 'hello from outside');
    const content = new Blob([await readFile(file)]);
    const written = await ai.environments.files.upload({ environment: id, path: '/workspace/sub/a b.txt', file: content, mime_type: 'text/plain' });
    assert.deepEqual(written.files.map((f) => [f.name, f.path, f.size_bytes]), [['a b.txt', 'workspace/sub/a b.txt', '18']]);
    assert.equal((await errorOf(ai.environments.files.upload({ environment: id, path: 'workspace/sub/a b.txt', file: content }))).status, 409);
    await ai.environments.files.upload({ environment: id, path: 'workspace/sub/a b.txt', file: content, overwrite: true });

    const listed = await ai.environments.files.list({ environment: id, path: 'workspace', recursive: true });
    const entry = listed.files.find((f) => f.path === 'workspace/sub/a b.txt');
    assert.deepEqual([entry.type, entry.mime_type, entry.size_bytes], ['file', 'text/plain', '18']);
    assert.ok(listed.files.some((f) => f.path === 'workspace/sub' && f.type === 'directory'));

    const back = await ai.environments.files.download({ environment: `environments/${id}`, path: 'workspace/sub/a b.txt' });
    assert.equal(Buffer.from(back).toString(), 'hello from outside');
  } finally {
    await rm(folder, { recursive: true });
  }
}), { skip });

scenario('a file of nine megabytes comes in pieces, and an empty one in none', ['OP-environments.files.upload', 'OP-environments.files.continueUpload'], async () => withEnvironment(async (id) => {
  const big = new Uint8Array(9 * 1024 * 1024).map((_, i) => i % 251);
  await ai.environments.files.upload({ environment: id, file: new Blob([big]), path: 'workspace/big.bin' });
  await ai.environments.files.upload({ environment: id, file: new Blob([]), path: 'workspace/empty.bin' });
  const back = new Uint8Array(await (await media(id, 'workspace/big.bin')).arrayBuffer());
  assert.equal(back.length, big.length);
  assert.ok(back.every((b, i) => b === i % 251));
  assert.equal((await (await media(id, 'workspace/empty.bin')).arrayBuffer()).byteLength, 0);
}), { skip });

scenario('an archive is unpacked after every entry was looked at, and nothing is replaced unless asked', ['EN-12'], async () => withEnvironment(async (id) => {
  const folder = await mkdtemp(join(tmpdir(), 'oi-environments-'));
  try {
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src', 'a.txt'), 'a');
    await writeFile(join(folder, 'src', 'b.txt'), 'b');
    execFileSync('tar', ['-C', folder, '-czf', join(folder, 'x.tgz'), 'src']);
    const archive = await readFile(join(folder, 'x.tgz'));
    const first = await ai.environments.files.upload({ environment: id, path: 'workspace/in', file: new Blob([archive]), extract: true });
    assert.deepEqual(first.files.map((f) => f.path), ['workspace/in/src/a.txt', 'workspace/in/src/b.txt']);
    await upload(id, 'workspace/in/src/b.txt', 'mine', '?overwrite=true');

    const refused = await upload(id, 'workspace/in', archive, '?extract=true');
    assert.equal(refused.status, 409);
    assert.equal((await refused.json()).error.code, 'already_exists');
    assert.equal(await (await media(id, 'workspace/in/src/b.txt')).text(), 'mine');
    assert.equal((await upload(id, 'workspace/in', archive, '?extract=true&overwrite=true')).status, 200);
    assert.equal(await (await media(id, 'workspace/in/src/b.txt')).text(), 'b');

    execFileSync('tar', ['-C', folder, '-P', '-cf', join(folder, 'evil.tar'), '--transform=s,src/a.txt,../../../etc/evil,', 'src/b.txt', 'src/a.txt']);
    const evil = await upload(id, 'workspace/evil', await readFile(join(folder, 'evil.tar')), '?extract=true');
    assert.equal(evil.status, 400);
    assert.equal((await media(id, 'workspace/evil')).status, 404);
    assert.equal((await upload(id, 'workspace/evil', 'no archive', '?extract=true')).status, 400);

    const tar = join(folder, 'all.tar');
    await writeFile(tar, Buffer.from(await (await fetch(`${baseUrl}/v1/files/environment-${id}:download?alt=media`, { headers: { 'x-goog-api-key': apiKey } })).arrayBuffer()));
    assert.ok(execFileSync('tar', ['-tf', tar], { encoding: 'utf8' }).includes('workspace/in/src/a.txt'));
  } finally {
    await rm(folder, { recursive: true });
  }
}), { skip });

scenario('a copy has the files of its origin and its own from then on', [], async () => withEnvironment(async (id) => {
  await upload(id, 'workspace/a.txt', 'one');
  const copy = await ai.environments.create({ from_environment: `environments/${id}` });
  try {
    await upload(id, 'workspace/a.txt', 'two', '?overwrite=true');
    assert.equal(await (await media(copy.id, 'workspace/a.txt')).text(), 'one');
    assert.equal((await errorOf(ai.environments.create({ from_environment: id, sources: [{ type: 'inline', target: 'x', content: 'x' }] }))).status, 400);
  } finally {
    await ai.environments.delete(copy.id);
  }
}), { skip });

scenario('lists come in pages, and a page goes on only where it began', [], async () => withEnvironment(async (id) => {
  for (const name of ['a', 'b', 'c']) {
    await upload(id, `workspace/${name}`, name);
  }

  const seen = [];
  let token;
  do {
    const page = await ai.environments.files.list({ environment: id, path: 'workspace', page_size: 2, page_token: token });
    seen.push(...page.files.map((f) => f.name));
    token = page.next_page_token;
  } while (token);
  assert.deepEqual(seen, ['a', 'b', 'c']);
  const first = await ai.environments.files.list({ environment: id, path: 'workspace', page_size: 2 });
  assert.equal((await errorOf(ai.environments.files.list({ environment: id, path: '', page_token: first.next_page_token }))).status, 400);
}), { skip });

scenario('paths stay inside, and what is not there is not found', ['EN-2'], async () => withEnvironment(async (id) => {
  assert.equal((await media(id, 'workspace/none')).status, 404);
  assert.equal((await media(id, 'etc/shadow')).status, 404);
  assert.equal((await media(id, 'workspace/%2e%2e%2fetc/passwd')).status, 400);
  assert.equal((await upload(id, 'usr/bin/evil', 'x')).status, 403);
  assert.equal((await upload(id, '', 'x')).status, 400);
  assert.equal((await media(`${id}x`, 'workspace')).status, 404);
  assert.equal((await fetch(`${baseUrl}/v1/environments/environments%2F${id}`, { headers: { 'x-goog-api-key': apiKey } })).status, 200);
}), { skip });
