import assert from 'node:assert/strict';
import { genai, genai152, genai232 } from '../clients/index.js';
import { Fold, madeSteps } from '../support/fold.js';
import { get } from '../support/http.js';
import { recordingProxy } from '../support/recordingProxy.js';
import { scenarios } from '../support/scenario.js';
import { collect, errorOf, sdk } from '../support/sdk.js';
import { apiKey, baseUrl, model } from '../support/settings.js';

const scenario = scenarios('clients');
const tools = [{ type: 'function', name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } }];

for (const [line, sdkPackage, version] of [['3.1.0', genai, 'v1'], ['2.32.0', genai232, 'v1beta']]) {
  scenario(`@google/genai ${line}: a conversation with a function, a branch, a stream, a resume and a clean-up`, Object.values({
    create: 'OP-interactions.create', get: 'OP-interactions.get', cancel: 'OP-interactions.cancel', delete: 'OP-interactions.delete', chain: 'ST-3', call: 'FN-1',
  }), async () => {
    const proxy = await recordingProxy();
    try {
      const { interactions } = sdk(proxy.url, {}, sdkPackage);
      const first = await interactions.create({ model, input: 'My name is Ada.' });
      const asked = await interactions.create({ model, input: 'call get_weather for "Paris"', tools, previous_interaction_id: first.id });
      assert.equal(asked.status, 'requires_action');
      const call = asked.steps.find((s) => s.type === 'function_call');
      const answer = await interactions.create({
        model, tools, previous_interaction_id: asked.id, input: [{ type: 'function_result', call_id: call.id, name: call.name, result: 'sunny' }],
      });
      assert.match(answer.output_text, /sunny/);

      const events = await collect(await interactions.create({ model, input: 'What is my name?', previous_interaction_id: answer.id, stream: true }));
      const fold = Fold.of(events);
      assert.match(fold.steps.at(-1).content[0].text, /Ada/);
      const rest = await collect(await interactions.get(fold.id, { stream: true, last_event_id: events[3].event_id }));
      assert.deepEqual(Fold.of([...events.slice(0, 4), ...rest]).steps, fold.steps);
      assert.deepEqual(madeSteps(await interactions.get(fold.id)), fold.steps);

      const background = await interactions.create({ model, input: 'count to 1000 slowly, 100 ms', background: true });
      await interactions.cancel(background.id);
      await interactions.delete(first.id);
      assert.equal((await errorOf(interactions.get(first.id))).status, 404);

      assert.ok(proxy.requests.every((r) => r.url.startsWith(`/${version}/interactions`)), proxy.requests.map((r) => r.url).join());
      assert.match(proxy.requests[0].headers['user-agent'], new RegExp(`^google-genai-sdk/${line.replaceAll('.', '\\.')} `));
    } finally {
      await proxy.close();
    }
  });
}

scenario('@google/genai 1.52.0 speaks the retired schema and is told so, once', ['TR-7'], async () => {
  const proxy = await recordingProxy();
  try {
    const { interactions } = sdk(proxy.url, {}, genai152);
    for (const body of [{ input: 'hi' }, { input: [{ role: 'user', content: 'hi' }] }, { input: 'hi', stream: true }]) {
      const before = proxy.requests.length;
      const error = await errorOf(interactions.create({ model, ...body }));
      assert.equal(error.status, 400, String(error));
      assert.match(error.message, /legacy Interactions API schema is no longer supported/);
      assert.equal(proxy.requests.length, before + 1, 'it tried again');
    }

    assert.ok(proxy.requests.every((r) => r.url === '/v1beta/interactions'));
  } finally {
    await proxy.close();
  }
});

scenario('an application changes nothing but the base URL', [], async () => {
  process.env.GOOGLE_GEMINI_BASE_URL = baseUrl;
  try {
    const made = await new genai.GoogleGenAI({ apiKey }).interactions.create({ model, input: 'echo: x' });
    assert.equal((await get(made.id)).status, 'completed');
  } finally {
    delete process.env.GOOGLE_GEMINI_BASE_URL;
  }
});
