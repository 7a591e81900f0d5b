import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fold, madeSteps } from '../support/fold.js';
import { startRemoteServer } from '../support/remoteServer.js';
import { scenarios } from '../support/scenario.js';
import { collect, sdk } from '../support/sdk.js';
import { withServer } from '../support/server.js';
import { model, serverDll } from '../support/settings.js';

const scenario = scenarios('tools');
const skip = serverDll ? false : 'needs a server with pages of its own to search';

const kyoto = '京都の人口は百四十万人です。';
const summit = 'Mont Blanc is the highest summit of the Alps.';
const festival = '祇園祭は七月に行われます👨‍👩‍👧‍👦。';
const leave = '有給休暇は年に二十日です。';

/** Pages to search, as an operator sets them up: a folder of files and the address at which people find them. */
async function withPages(body) {
  const folder = await mkdtemp(join(tmpdir(), 'openinteractions-pages-'));
  try {
    await writeFile(join(folder, 'kyoto.md'), `# 京都市 ⛩️\n\n${kyoto}寺が多い。`);
    await writeFile(join(folder, 'alps.txt'), `The Alps\n${summit} It is in Europe.`);
    await body({
      OpenInteractions__Tools__GoogleSearch__Engine: 'local',
      OpenInteractions__Tools__GoogleSearch__Pages: folder,
      OpenInteractions__Tools__GoogleSearch__Address: 'https://docs.example',
      OpenInteractions__Outbound__AllowedNetworks__0: '127.0.0.1/32',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A page on loopback. */
async function withPage(body) {
  const site = createServer((request, response) => {
    response.writeHead(request.url === '/gion' ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<title>祇園祭 🎆</title><h1>祇園祭</h1><p>${festival}山鉾が巡る。</p>`);
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  try {
    await body(`http://127.0.0.1:${site.address().port}/gion`);
  } finally {
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  }
}

async function withRemote(body) {
  const remote = await startRemoteServer();
  try {
    await body(remote.url);
  } finally {
    await remote.close();
  }
}

/** A store with a Japanese text in it, waited for as the SDK's documentation shows it. */
async function filledStore(client) {
  const store = await client.fileSearchStores.create({ config: { displayName: 'Handbooks' } });
  const file = new Blob([`${leave}\n\n病気のときは、朝のうちに連絡してください。`], { type: 'text/plain' });
  let operation = await client.fileSearchStores.uploadToFileSearchStore({ fileSearchStoreName: store.name, file, config: { displayName: '休暇 🏖️.txt' } });
  const end = Date.now() + 30_000;
  while (!operation.done) {
    assert.ok(Date.now() < end, `'${operation.name}' is not done.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    operation = await client.operations.get({ operation });
  }

  assert.equal(operation.error, undefined);
  return store.name;
}

const declare = (name, field) => ({ type: 'function', name, description: `The function ${name}.`, parameters: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] } });
const withoutThoughts = (steps) => steps.filter((step) => step.type !== 'thought');
const cut = (block, { start_index: start, end_index: end }) => new TextDecoder('utf-8', { fatal: true }).decode(new TextEncoder().encode(block.text).subarray(start, end));

/** Calls in their order, then a result for each of them, in the order in which they came. */
function checkRound(steps, calls) {
  const made = steps.slice(0, calls.length);
  assert.deepEqual(made.map((step) => step.type), calls.map(([type]) => `${type}_call`));
  assert.deepEqual(made.map((step) => step.arguments), calls.map(([, given]) => given));
  const results = steps.slice(calls.length, 2 * calls.length);
  assert.deepEqual(results.map((step) => step.call_id).sort(), made.map((step) => step.id).sort());
  for (const [index, [type, , shown]] of calls.entries()) {
    const result = results.find((step) => step.call_id === made[index].id);
    assert.equal(result.type, `${type}_result`);
    assert.ok(!result.is_error, JSON.stringify(result));
    if (shown) {
      assert.deepEqual(result.result, shown);
    }
  }
}

/** A create by the SDK. What is streamed must be what is kept. */
async function make(client, body, stream) {
  const made = stream
    ? Fold.of(await collect(await client.interactions.create({ model, ...body, stream: true })))
    : await client.interactions.create({ model, ...body });
  const kept = await client.interactions.get(made.id);
  const given = kept.steps.findIndex((step) => !['user_input', 'function_result'].includes(step.type));
  assert.deepEqual(made.steps, madeSteps(kept, given));
  const { initial_input_tokens: ofTheSdk, ...usage } = made.usage;
  assert.deepEqual([made.status, usage], [kept.status, kept.usage]);
  return { id: made.id, status: made.status, steps: made.steps };
}

for (const stream of [false, true]) {
  scenario(`one request mixes search, a page, files, a remote server and functions${stream ? ', streamed' : ''}`, ['TL-1', 'TL-2', 'TL-5', 'TL-13', 'FN-1', 'FN-2'], () =>
    withPages((settings) => withPage((page) => withRemote((remote) => withServer({ settings }, async (server) => {
      const client = sdk(server.url);
      const tools = [
        { type: 'google_search' },
        { type: 'url_context' },
        { type: 'mcp_server', name: 'everything', url: remote, allowed_tools: [{ tools: ['echo', 'get-sum'] }] },
        { type: 'file_search', file_search_store_names: [await filledStore(client)] },
        declare('get_weather', 'city'),
        declare('book_room', 'hotel'),
      ];
      const input = `Use google_search to find "京都の人口", read ${page} and call everything__echo with message "grüße 🎎 你好". `
        + 'Then use file_search to find "有給休暇" and everything__get-sum with a 19.5 and b 22.5. '
        + 'Then call get_weather for city "京都 👘" and book_room for hotel "旅館". Then use google_search to find "highest summit of the Alps".';

      const asked = await make(client, { input, tools }, stream);
      assert.equal(asked.status, 'requires_action');
      const steps = withoutThoughts(asked.steps);
      checkRound(steps, [
        ['google_search', { queries: ['京都の人口'] }],
        ['url_context', { urls: [page] }, [{ url: page, status: 'success' }]],
        ['mcp_server_tool', { message: 'grüße 🎎 你好' }, [{ type: 'text', text: 'Echo: grüße 🎎 你好' }]],
      ]);
      checkRound(steps.slice(6), [['file_search', undefined, []], ['mcp_server_tool', { a: 19.5, b: 22.5 }]]);
      const calls = steps.slice(10);
      assert.deepEqual(calls.map(({ type, name, arguments: given }) => [type, name, given]), [['function_call', 'get_weather', { city: '京都 👘' }], ['function_call', 'book_room', { hotel: '旅館' }]]);

      const results = [{ degrees: 21, sky: '🌤️' }, '部屋を予約しました 🏯'].map((result, i) => ({ type: 'function_result', call_id: calls[i].id, name: calls[i].name, result }));
      const answer = await make(client, { input: results.reverse(), tools, previous_interaction_id: asked.id }, stream);
      assert.equal(answer.status, 'completed');
      const rest = withoutThoughts(answer.steps);
      checkRound(rest, [['google_search', { queries: ['highest summit of the Alps'] }]]);
      assert.deepEqual(rest.slice(2).map((step) => [step.type, step.content.length]), [['model_output', 1]]);
      const [block] = rest[2].content;
      assert.deepEqual(block.annotations.map((a) => [a.type, a.url ?? a.file_name, cut(block, a)]), [
        ['url_citation', 'https://docs.example/kyoto.md', kyoto],
        ['url_citation', page, festival],
        ['file_citation', '休暇 🏖️.txt', leave],
        ['url_citation', 'https://docs.example/alps.txt', summit],
      ]);
      for (const told of ['42', '🌤️', '部屋を予約しました 🏯', 'grüße 🎎 你好']) {
        assert.ok(block.text.includes(told), `${told} in: ${block.text}`);
      }

      const ids = [...asked.steps, ...answer.steps].map((step) => step.id).filter(Boolean);
      assert.equal(new Set(ids).size, 8);
      assert.equal(ids.length, 8);
    })))), { skip });
}
