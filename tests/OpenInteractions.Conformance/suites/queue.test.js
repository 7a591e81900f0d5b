import assert from 'node:assert/strict';
import { create, get, ok, openGet, send, textOf, tryCreate } from '../support/http.js';
import { ended } from '../support/polling.js';
import { scenarios } from '../support/scenario.js';
import { withServer } from '../support/server.js';
import { serverDll } from '../support/settings.js';
import { readAll } from '../support/sse.js';

// A server that runs one background interaction at a time, so that others have to wait.
const scenario = scenarios('queue');
const options = { settings: { OpenInteractions__Runs__MaxConcurrent: '1', OpenInteractions__Runs__PollInterval: '00:00:00.050' } };
const skip = serverDll ? false : 'needs a server that runs one at a time';

scenario('what waits is queued: it can be read, followed and cancelled, but not continued', ['BG-1', 'BG-3', 'ST-6', 'SE-10'], () => withServer(options, async ({ url: base }) => {
  const first = await create({ input: 'count to 20 slowly, 50 ms', background: true }, { base });
  const second = await create({ input: 'count to 3', background: true }, { base });
  const third = await create({ input: 'count to 4', background: true }, { base });
  assert.deepEqual([second.status, third.status], ['queued', 'queued']);
  assert.equal((await get(third.id, '', { base })).status, 'queued');

  // The stream opens at once, although nothing happens yet: clients take a call without headers for one that hangs.
  const follow = readAll(await openGet(second.id, undefined, { base }));
  assert.equal((await get(second.id, '', { base })).status, 'queued');
  const early = await tryCreate({ input: 'x', previous_interaction_id: third.id }, { base });
  assert.equal(early.status, 400);
  assert.equal(early.json.error.code, 'failed_precondition');

  assert.equal(ok(await send('POST', `/v1/interactions/${third.id}/cancel`, '', { base })).status, 'cancelled');
  const { events } = await readAll(await openGet(third.id, undefined, { base }));
  assert.equal(events.at(-1).interaction.status, 'cancelled');

  assert.equal((await follow).events.at(-1).interaction.status, 'completed');
  assert.equal(textOf(await ended(second.id, { base })), '1 2 3');
  assert.equal((await ended(first.id, { base })).status, 'completed');
  assert.equal((await get(third.id, '', { base })).status, 'cancelled');
}), { skip });

scenario('a foreground turn does not wait behind the background', ['BG-1'], () => withServer(options, async ({ url: base }) => {
  const slow = await create({ input: 'count to 1000 slowly, 100 ms', background: true }, { base });
  assert.equal(textOf(await create({ input: 'echo: at once' }, { base })), 'at once');
  assert.equal((await get(slow.id, '', { base })).status, 'in_progress');
  await send('POST', `/v1/interactions/${slow.id}/cancel`, '', { base });
}), { skip });
