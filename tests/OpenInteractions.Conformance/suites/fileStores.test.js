import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { genai, genai232 } from '../clients/index.js';
import { recordingProxy } from '../support/recordingProxy.js';
import { scenarios } from '../support/scenario.js';
import { ai, errorOf, sdk } from '../support/sdk.js';

const scenario = scenarios('file stores');
const text = (content) => new Blob([content], { type: 'text/plain' });

/** Polls, as the SDK's documentation shows it, until the document was read. */
async function done(client, operation, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (!operation.done) {
    assert.ok(Date.now() < end, `'${operation.name}' is not done after ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    operation = await client.operations.get({ operation });
  }

  return operation;
}

async function withStore(client, body) {
  const store = await client.fileSearchStores.create({ config: { displayName: 'Conformance' } });
  try {
    await body(store);
  } finally {
    await client.fileSearchStores.delete({ name: store.name, config: { force: true } });
  }
}

for (const [line, sdkPackage] of [['3.1.0', genai], ['2.32.0', genai232]]) {
  scenario(`@google/genai ${line}: a store, a document, its operation, the lists and the clean-up`, [], async () => {
    const client = sdk(undefined, {}, sdkPackage);
    const store = await client.fileSearchStores.create({ config: { displayName: 'Engine notes' } });
    assert.match(store.name, /^fileSearchStores\/engine-notes-[0-9a-z]{12}$/);
    const operation = await done(client, await client.fileSearchStores.uploadToFileSearchStore({
      fileSearchStoreName: store.name,
      file: text('The engine weaves algebraic patterns as the loom weaves flowers and leaves.'),
      config: {
        displayName: 'loom.txt',
        customMetadata: [{ key: 'author', stringValue: 'Ada' }, { key: 'year', numericValue: 1843 }, { key: 'tags', stringListValue: { values: ['a', 'b'] } }],
        chunkingConfig: { whiteSpaceConfig: { maxTokensPerChunk: 200, maxOverlapTokens: 20 } },
      },
    }));
    assert.equal(operation.error, undefined);
    assert.equal(operation.response.parent, store.name);

    const document = await client.fileSearchStores.documents.get({ name: operation.response.documentName });
    assert.equal(document.state, 'STATE_ACTIVE');
    assert.equal(document.displayName, 'loom.txt');
    assert.equal(document.mimeType, 'text/plain');
    assert.equal(document.sizeBytes, '75');
    assert.deepEqual(document.customMetadata.map((m) => m.key), ['author', 'year', 'tags']);
    const listed = [];
    for await (const entry of await client.fileSearchStores.documents.list({ parent: store.name, config: { pageSize: 1 } })) {
      listed.push(entry.name);
    }

    assert.deepEqual(listed, [document.name]);
    const shown = await client.fileSearchStores.get({ name: store.name });
    assert.deepEqual([shown.activeDocumentsCount, shown.pendingDocumentsCount, shown.failedDocumentsCount, shown.sizeBytes], ['1', '0', '0', '75']);

    assert.equal((await errorOf(client.fileSearchStores.delete({ name: store.name }))).status, 400);
    assert.equal((await errorOf(client.fileSearchStores.documents.delete({ name: document.name }))).status, 400);
    await client.fileSearchStores.documents.delete({ name: document.name, config: { force: true } });
    await client.fileSearchStores.delete({ name: store.name });
    assert.equal((await errorOf(client.fileSearchStores.get({ name: store.name }))).status, 404);
  });
}

scenario('a file of three chunks from the disk is one document, and no chunk is sent twice', [], async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openinteractions-upload-'));
  const proxy = await recordingProxy();
  try {
    const file = join(folder, 'long.txt');
    const line = 'the quick brown fox jumps over the lazy dog\n';
    await writeFile(file, line.repeat(Math.ceil((17 * 1024 * 1024) / line.length)));
    const client = sdk(proxy.url);
    await withStore(ai, async (store) => {
      const operation = await client.fileSearchStores.uploadToFileSearchStore({ fileSearchStoreName: store.name, file });
      assert.equal(proxy.requests.length, 4, proxy.requests.map((r) => r.url).join());
      const document = await ai.fileSearchStores.documents.get({ name: operation.name.replace('/upload/operations/', '/documents/') });
      assert.equal(document.displayName, 'long.txt');
      assert.ok(Number(document.sizeBytes) > 17 * 1024 * 1024);
    });
  } finally {
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  }
}, { seconds: 120 });

scenario('stores are listed by the SDK page by page', [], async () => {
  const made = [];
  for (let n = 0; n < 3; n++) {
    made.push((await ai.fileSearchStores.create({ config: { displayName: `page ${n}` } })).name);
  }

  const listed = [];
  for await (const store of await ai.fileSearchStores.list({ config: { pageSize: 2 } })) {
    listed.push(store.name);
  }

  assert.deepEqual(listed.filter((name) => made.includes(name)), made);
  await Promise.all(made.map((name) => ai.fileSearchStores.delete({ name })));
});

scenario('what the SDK is refused has the place and the remedy', [], async () => {
  await withStore(ai, async (store) => {
    const many = Array.from({ length: 21 }, (_, n) => ({ key: `k${n}`, numericValue: n }));
    const tooMany = await errorOf(ai.fileSearchStores.uploadToFileSearchStore({ fileSearchStoreName: store.name, file: text('x'), config: { customMetadata: many } }));
    assert.equal(tooMany.status, 400);
    assert.match(tooMany.message, /customMetadata/);
    const imported = await errorOf(ai.fileSearchStores.importFile({ fileSearchStoreName: store.name, fileName: 'files/abc' }));
    assert.equal(imported.status, 400);
    assert.match(imported.message, /uploadToFileSearchStore/);
  });
  const unknown = await errorOf(ai.fileSearchStores.uploadToFileSearchStore({ fileSearchStoreName: 'fileSearchStores/none', file: text('x') }));
  assert.equal(unknown.status, 404);
});
